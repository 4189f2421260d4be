"""The gate: who is asking, and whether this route is open to her. Closed unless a route says otherwise.

Every route declares its door with :func:`page` (or :func:`door` for a plain Flask route); a request for
a route without one is refused, and a test names it.
"""

from collections.abc import Callable, Mapping
from contextvars import Token
from dataclasses import dataclass
from typing import Any, NoReturn, TypeVar

from flask import Flask, Response, abort, current_app, g, redirect, request, session, url_for
from flask_appbuilder.baseviews import expose
from flask_babel import gettext
from werkzeug.exceptions import SecurityError

from app.access.guarded import Guarded, guarded
from app.access.worker import Worker, worker_of
from app.language.roles import PageName
from app.records.scope import NOBODY, Action, Scope, acceptance_needs, current_scope

SIGN_IN, SET_UP = "SignInPage.sign_in", "SetUpPage.set_up"

Route = TypeVar("Route", bound=Callable[..., Any])
Check = Callable[[Worker, Mapping[str, Any]], None]


@dataclass(frozen=True)
class Door:
    """Who may go through a route: without a check, whoever has signed in."""

    says: str
    """In a few words, for the overview of routes."""
    check: Check | None = None
    is_open: bool = False
    """Open to people who have not signed in, too."""


EVERYONE = Door("everyone", is_open=True)
WORKERS = Door("workers")


def administers(page_name: PageName) -> Door:
    """Open to roles with this administration page."""
    def check(worker: Worker, _: Mapping[str, Any]) -> None:
        if page_name not in worker.pages:
            abort(403)
    return Door(f"page {page_name}", check)


def may(action: Action, form: str | None = None) -> Door:
    """Open to roles that may do this with the form; by default the one the address names ``form``."""
    def check(_: Worker, address: Mapping[str, Any]) -> None:
        require(action, form or str(address["form"]))
    return Door(f"{action} {form or '<form>'}", check)


def accepts() -> Door:
    """Open to roles that may accept what others filed on the form."""
    def check(_: Worker, address: Mapping[str, Any]) -> None:
        form = guarded().definition.forms.get(str(address["form"]))
        require("correct" if form is None else acceptance_needs(form), str(address["form"]))
    return Door("accept <form>", check)


def page(address: str, door: Door, methods: tuple[str, ...] = ("GET",)) -> Callable[[Route], Route]:
    """Show a view's method at this address, behind this door."""
    def declare(view: Route) -> Route:
        return expose(address, methods)(behind(door)(view))
    return declare


def behind(door: Door) -> Callable[[Route], Route]:
    """Declare the door of a plain Flask route."""
    def declare(view: Route) -> Route:
        if getattr(view, "door", door) != door:
            raise RuntimeError(f"{view.__qualname__} has two doors")
        view.door = door  # type: ignore[attr-defined]
        return view
    return declare


def doors(app: Flask) -> dict[str, Door | None]:
    """Every endpoint of the app and its door, for the overview and the test."""
    return {endpoint: getattr(view, "door", None) for endpoint, view in app.view_functions.items()}


def visitor() -> Worker | None:
    """Who is signed in, if anybody is."""
    found: Worker | None = g.get("worker")
    return found


def worker() -> Worker:
    """Who is signed in; behind every door but an open one somebody is."""
    found = visitor()
    if found is None:
        abort(401)
    return found


def require(action: Action, form: str) -> None:
    """A form one may not see does not exist; one may see but not change it: that is forbidden."""
    scope = worker().scope
    if scope.may(action, form):
        return
    abort(403 if scope.may("see", form) else 404)


def keep_gate(app: Flask, guarded: Guarded) -> None:
    """Ask of every request who it is and whether its route is open to her."""
    behind(EVERYONE)(app.view_functions["static"])
    app.before_request(_refuse_strange_host)
    app.before_request(_refuse_unread)
    app.before_request(_recognise)
    app.before_request(_open_door)
    app.teardown_request(_let_go)


def _refuse_strange_host() -> Response | None:
    """A page built for a foreign host name would link to it."""
    if not isinstance(request.routing_exception, SecurityError):
        return None
    return Response(gettext("This request cannot be understood") + "\n", 400, mimetype="text/plain")


def _refuse_unread() -> Response | None:
    """Without the database nobody is known, and no page of ours can be made."""
    if not session.is_unread:  # type: ignore[attr-defined]
        return None
    told = gettext("The database does not answer just now. Go back and send the page again in a minute.")
    return Response(f"{told}\n", 503, mimetype="text/plain")


def _recognise() -> None:
    person = session.person  # type: ignore[attr-defined]
    let_in(worker_of(person, guarded()) if person else None)


def let_in(somebody: Worker | None) -> None:
    """From here on the request is hers, or nobody's: her scope holds."""
    g.worker = somebody
    g.setdefault("scope_before", current_scope.set(somebody.scope if somebody else NOBODY))


def _let_go(_: BaseException | None) -> None:
    before: Token[Scope] | None = g.pop("scope_before", None)
    if before is not None:
        current_scope.reset(before)
    guarded().session.remove()


def _open_door() -> Any:
    if request.endpoint is None:
        return None
    door: Door | None = getattr(current_app.view_functions[request.endpoint], "door", None)
    if door is None:
        _refuse_undeclared()
    if door.is_open:
        return None
    if g.worker is None:
        return _show_in()
    _refuse_other_site()
    if moved := _under_new_name():
        return moved
    if door.check is not None:
        door.check(g.worker, request.view_args or {})
    return None


def _under_new_name() -> Any:
    """The way from an address that names a form as it was called before, for those who see the form; a sheet that was
    on its way goes along."""
    asked, forms = (request.view_args or {}).get("form"), guarded().definition.forms
    now = next((key for key, form in forms.items() if form.was == asked), None) if asked not in forms else None
    if asked is None or now is None or not worker().scope.may("see", now):
        return None
    address = url_for(str(request.endpoint), **{**(request.view_args or {}), "form": now})
    query = request.query_string.decode()
    return redirect(f"{address}?{query}" if query else address, 308)


def _refuse_undeclared() -> NoReturn:
    current_app.logger.error("The route %s declares no door; nobody may go through.", request.endpoint)
    abort(403)


def _refuse_other_site() -> None:
    """Browsers say where a request comes from; another site changes nothing here."""
    changes = request.method not in ("GET", "HEAD", "OPTIONS")
    if changes and request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        abort(403)


def _show_in() -> Any:
    """To the sign-in page and back, or to the set-up while there is nobody who could sign in."""
    if request.accept_mimetypes.best == "application/json":
        abort(401)
    if not guarded().is_set_up():
        return redirect(url_for(SET_UP), 303)
    opens = request.url_rule is not None and "GET" in (request.url_rule.methods or ())
    back = request.full_path.rstrip("?") if opens and request.path != "/" else None
    over = session.over_for is not None  # type: ignore[attr-defined]
    return redirect(url_for(SIGN_IN, next=back, over=1 if over else None), 303)
