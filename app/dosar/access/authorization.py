"""Authorization: who is asking, and whether this route is open to her. Closed unless a route says otherwise.

Every route declares its access with :func:`page_route` (or :func:`with_access` for a plain Flask route); a request
for a route without it is refused, and a test names it.
"""

from collections.abc import Callable, Mapping
from contextvars import Token
from dataclasses import dataclass, replace
from typing import Any, NoReturn, TypeVar

from flask import Flask, abort, current_app, g, redirect, request, session, url_for

from dosar.access.audit.asked_address import case_in_address
from dosar.access.audit.request_audit import begin_trail, end_trail
from dosar.access.framework import expose
from dosar.access.services import AccessServices, access_services
from dosar.access.web.hosts import refuse_hidden_host, refuse_strange_host
from dosar.access.worker import Worker, with_names_of, worker_with_identity
from dosar.language.organisation.roles import PageName, RecordAction
from dosar.records.scope.row_scope import NOBODY_SCOPE, Scope, current_scope, right_to_accept

SIGN_IN_ENDPOINT, SET_UP_ENDPOINT = "SignInPage.sign_in", "SetUpPage.set_up"

RouteFunction = TypeVar("RouteFunction", bound=Callable[..., Any])
AccessCheck = Callable[[Worker, Mapping[str, Any]], None]


@dataclass(frozen=True)
class RouteAccess:
    """Who may use a route: without a check, whoever has signed in (login required)."""

    check: AccessCheck | None = None
    is_open: bool = False
    """Open to people who have not signed in, too."""
    needs_proof: bool = False
    """Whether who sends something here must have proved a short while ago who she is
    (:mod:`dosar.access.factors.step_up`)."""

    needs_second_factor: bool = False
    """Whether the password alone is no such proof."""

    def with_recent_proof(self) -> "RouteAccess":
        """The same, for what nobody may do at a computer that was left open."""
        return replace(self, needs_proof=True)

    def with_recent_second_factor(self) -> "RouteAccess":
        """The same, for what nobody may do who has but the password beside: it makes a new way into the account."""
        return replace(self, needs_proof=True, needs_second_factor=True)


PUBLIC_ACCESS = RouteAccess(is_open=True)
SIGNED_IN_ACCESS = RouteAccess()


def requires_page(page_name: PageName) -> RouteAccess:
    """Open to roles with this administration page."""

    def check(worker: Worker, _: Mapping[str, Any]) -> None:
        if page_name not in worker.pages:
            abort(403)

    return RouteAccess(check)


def requires_any_page(*page_names: PageName) -> RouteAccess:
    """Open to roles with one of these administration pages."""

    def check(worker: Worker, _: Mapping[str, Any]) -> None:
        if worker.pages.isdisjoint(page_names):
            abort(403)

    return RouteAccess(check)


def requires_permission(action: RecordAction, form: str | None = None) -> RouteAccess:
    """Open to roles that may do this with the form; by default the one the address names ``form``."""

    def check(_: Worker, address: Mapping[str, Any]) -> None:
        require_permission(action, form or str(address["form"]))

    return RouteAccess(check)


def requires_acceptance() -> RouteAccess:
    """Open to roles that may accept what others filed on the form."""

    def check(_: Worker, address: Mapping[str, Any]) -> None:
        form = access_services().definition.forms.get(str(address["form"]))
        require_permission("correct" if form is None else right_to_accept(form), str(address["form"]))

    return RouteAccess(check)


def page_route(
    address: str, access: RouteAccess, methods: tuple[str, ...] = ("GET",)
) -> Callable[[RouteFunction], RouteFunction]:
    """Show a view's method at this address, to whom this access lets in."""

    def declare(view: RouteFunction) -> RouteFunction:
        exposed: RouteFunction = expose(address, methods)(with_access(access)(view))
        return exposed

    return declare


def with_access(access: RouteAccess) -> Callable[[RouteFunction], RouteFunction]:
    """Declare who may use a plain Flask route."""

    def declare(view: RouteFunction) -> RouteFunction:
        if getattr(view, "route_access", access) != access:
            raise RuntimeError(f"{view.__qualname__} declares its access twice")
        view.route_access = access  # type: ignore[attr-defined]
        return view

    return declare


def route_accesses(app: Flask) -> dict[str, RouteAccess | None]:
    """Every endpoint of the app and its access; a test walks them."""
    return {endpoint: getattr(view, "route_access", None) for endpoint, view in app.view_functions.items()}


def current_worker_or_none() -> Worker | None:
    """Who is signed in, if anybody is."""
    found: Worker | None = g.get("worker")
    return found


def current_worker() -> Worker:
    """Who is signed in; on every route but a public one somebody is."""
    found = current_worker_or_none()
    if found is None:
        abort(401)
    return found


def require_permission(action: RecordAction, form: str) -> None:
    """A form one may not see does not exist; one may see but not change it: that is forbidden."""
    scope = current_worker().scope
    if scope.may(action, form):
        return
    abort(403 if scope.may("see", form) else 404)


def install_request_checks(app: Flask, services: AccessServices) -> None:
    """Ask of every request who it is and whether its route is open to her."""
    with_access(PUBLIC_ACCESS)(app.view_functions["static"])
    app.before_request(refuse_strange_host)
    app.before_request(refuse_hidden_host)
    app.before_request(_refuse_without_database)
    app.before_request(_identify_worker)
    app.before_request(begin_trail)
    app.before_request(_check_route_access)
    app.teardown_request(_leave_scope)
    app.teardown_appcontext(_end_reading)


def _refuse_without_database() -> None:
    """Without the database nobody is known, and no page of ours can be made."""
    if session.trouble is not None:  # type: ignore[attr-defined]
        raise session.trouble  # type: ignore[attr-defined]


def _identify_worker() -> None:
    person = session.person  # type: ignore[attr-defined]
    worker = worker_with_identity(person, access_services()) if person else None
    let_in(_with_shown_names(worker) if worker is not None and worker.allowance.masked else worker)


SHOWN_NAMES = "shown_names"


def shown_cases() -> list[int]:
    """The cases whose names this session shows to who reads them masked."""
    return list(session.get(SHOWN_NAMES, ()))


def show_names_of(case_id: int) -> None:
    """From the next page on the names of this case are shown, in this session."""
    session[SHOWN_NAMES] = [*(number for number in shown_cases() if number != case_id), case_id]


def hide_names_of(case_id: int) -> None:
    """From the next page on they are masked again."""
    session[SHOWN_NAMES] = [number for number in shown_cases() if number != case_id]


def _with_shown_names(worker: Worker) -> Worker:
    """The worker as she is on the pages of a case whose names she shows; on all others they stay masked."""
    shown = shown_cases()
    case_id = case_in_address() if shown and "other_id" not in (request.view_args or {}) else None
    return with_names_of(worker, case_id) if case_id is not None and case_id in shown else worker


def let_in(somebody: Worker | None) -> None:
    """From here on the request is hers, or nobody's: her scope holds."""
    g.worker = somebody
    g.setdefault("scope_before", current_scope.set(somebody.scope if somebody else NOBODY_SCOPE))


def _leave_scope(_: BaseException | None) -> None:
    before: Token[Scope] | None = g.pop("scope_before", None)
    if before is not None:
        current_scope.reset(before)
    end_trail()


def _end_reading(_: BaseException | None) -> None:
    """Also what a command or the start has read: whoever keeps reading keeps what is erased meanwhile in the files."""
    access_services().session.remove()


def _check_route_access() -> Any:
    if request.endpoint is None:
        return None
    access: RouteAccess | None = getattr(current_app.view_functions[request.endpoint], "route_access", None)
    if access is None:
        _refuse_undeclared_route()
    if access.is_open:
        return None
    if g.worker is None:
        return _redirect_to_sign_in()
    _refuse_other_site()
    if moved := _redirect_renamed_form():
        return moved
    if access.check is not None:
        access.check(g.worker, request.view_args or {})
    return None


def _redirect_renamed_form() -> Any:
    """The way from an address that names a form as it was called before, for those who see the form; a sheet that was
    on its way goes along."""
    key_in_address, forms = (request.view_args or {}).get("form"), access_services().definition.forms
    now = (
        next((key for key, form in forms.items() if form.was == key_in_address), None)
        if key_in_address not in forms
        else None
    )
    if key_in_address is None or now is None or not current_worker().scope.may("see", now):
        return None
    address = url_for(str(request.endpoint), **{**(request.view_args or {}), "form": now})
    query = request.query_string.decode()
    return redirect(f"{address}?{query}" if query else address, 308)


def _refuse_undeclared_route() -> NoReturn:
    current_app.logger.error("The route %s declares no access; nobody may use it.", request.endpoint)
    abort(403)


def _refuse_other_site() -> None:
    """Browsers say where a request comes from; another site changes nothing here."""
    changes = request.method not in ("GET", "HEAD", "OPTIONS")
    if changes and request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        abort(403)


def _redirect_to_sign_in() -> Any:
    """To the sign-in page and back, or to the set-up while there is nobody who could sign in."""
    if request.accept_mimetypes.best == "application/json":
        abort(401)
    if not access_services().is_set_up():
        return redirect(url_for(SET_UP_ENDPOINT), 303)
    opens = request.url_rule is not None and "GET" in (request.url_rule.methods or ())
    back = request.full_path.rstrip("?") if opens and request.path != "/" else None
    over = session.expired_user_id is not None  # type: ignore[attr-defined]
    return redirect(url_for(SIGN_IN_ENDPOINT, next=back, over=1 if over else None), 303)
