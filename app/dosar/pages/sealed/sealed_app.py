"""The small application that answers while the data are sealed: the page that opens them, and the handbooks.

It knows no database, no form and no user. Every other address shows the page that opens the data, so that whoever
reloads after it was opened is where she wanted to be.
"""

from typing import Any

from flask import Flask, Response, current_app, make_response, redirect, render_template, request
from flask_babel import Babel, gettext
from werkzeug.exceptions import HTTPException

from dosar.access.i18n.language_names import LANGUAGE_COOKIE, LANGUAGE_NAMES, YEAR_IN_SECONDS
from dosar.access.i18n.wordings import install_translations
from dosar.access.sealed.guesses import TooManyGuesses
from dosar.access.sealed.vault import Vault
from dosar.access.web.cookies import host_cookie
from dosar.access.web.failures import REFUSED_KEY
from dosar.access.web.hosts import LOOPBACK_HOSTS, is_loopback_name, refuse_hidden_host, refuse_strange_host
from dosar.access.web.redirects import local_redirect_url
from dosar.access.web.security_headers import add_security_headers
from dosar.language.text.locales import locale_of
from dosar.language.text.message import Mistake
from dosar.language.text.translations import LANGUAGES, translations_folder
from dosar.pages.help.handbook_links import install_handbook_links
from dosar.pages.input.request_input import install_request_class
from dosar.pages.input.search_length import install_search_length
from dosar.pages.static_files import version_static_files

UNLOCK_PATH = "/unlock"
SECRET_BOX = "secret"  # noqa: S105  # nosec B105 - the name of a box, not a secret
SEALED_STATUS = 503
MAX_UNLOCK_BYTES = 26 * 2**20
"""As much as a sheet may have that somebody sends while the data are being sealed: it is shown to her once more."""
UNSHOWN_BOXES = {"csrf_token", SECRET_BOX, "password", "again", "current", "passphrase", "code", "recovery"}


def create_sealed_app(vault: Vault, hosts: list[str], instance: str) -> Flask:
    """The application in front of a sealed vault; ``hosts`` are its names beside this computer's own."""
    app = Flask("dosar", static_url_path="/static", template_folder="pages")
    app.config.update(
        TRUSTED_HOSTS=[*LOOPBACK_HOSTS, *hosts],
        MAX_CONTENT_LENGTH=MAX_UNLOCK_BYTES,
        MAX_FORM_MEMORY_SIZE=MAX_UNLOCK_BYTES,
        MAX_FORM_PARTS=60_000,
        INSTANCE=instance,
    )
    app.extensions["dosar_vault"] = vault
    app.jinja_env.globals["default_language"] = LANGUAGES[0]
    install_request_class(app)
    version_static_files(app)
    folder = translations_folder()
    Babel(app, default_translation_directories=str(folder), locale_selector=lambda: locale_of(_language()))
    install_translations(app, folder)
    install_handbook_links(app, _language)
    install_search_length(app)
    app.before_request(refuse_strange_host)
    app.before_request(refuse_hidden_host)
    app.before_request(_tell_refused)
    add_security_headers(app)
    app.add_url_rule(UNLOCK_PATH, view_func=unlock, methods=["GET", "POST"])
    app.add_url_rule("/health", view_func=health)
    app.add_url_rule("/ready", view_func=ready)
    for address, view, methods in HANDBOOK_ROUTES:
        app.add_url_rule(address, view_func=view, methods=methods, provide_automatic_options=False)
    app.register_error_handler(HTTPException, _sealed_instead)
    return app


def health() -> Response:
    """Which program this is, as the open application says it too."""
    return Response(current_app.config["INSTANCE"], mimetype="text/plain")


def ready() -> Response:
    """What keeps the pages from being worked with, in a word for programs."""
    word = "sealed" if _vault().seconds_opening is None else "starting"
    return Response(f"{word}\n", SEALED_STATUS, mimetype="text/plain")


def handbooks() -> Any:
    """The handbooks are no secret, and who stands here may need them most. What they are made with is imported when
    they are read: the first page of all does not wait for it."""
    from dosar.pages.help.handbook_pages import handbooks_page

    page = handbooks_page(_language(), request.form.get("words", ""), **_page_variables())
    return _with_chosen_language(Response(page))


def handbook(book: str, chapter: str = "") -> Any:
    from dosar.pages.help.handbook_pages import chapter_page

    page = chapter_page(_language(), book, chapter, **_page_variables())
    return _with_chosen_language(make_response(page)) if page is not None else redirect("/help", 303)


def handbook_pdf(book: str) -> Any:
    from dosar.pages.help.handbook_pages import pdf_response

    return pdf_response(_language(), book) or redirect("/help", 303)


def handbook_picture(language: str, name: str) -> Any:
    from dosar.pages.help.handbook_pages import picture_response

    return picture_response(language, name) or Response(status=404)


HANDBOOK_ROUTES = (
    ("/help", handbooks, ["GET", "POST"]),
    ("/help/<book>", handbook, ["GET"]),
    ("/help/<book>.pdf", handbook_pdf, ["GET"]),
    ("/help/<book>/<chapter>", handbook, ["GET"]),
    ("/help/pictures/<language>/<name>", handbook_picture, ["GET"]),
)


def unlock() -> Any:
    """The page with one box; what is typed there opens the data."""
    if request.method != "POST":
        return _sealed_page()
    if not _comes_from_here():
        return _sealed_page(403, gettext("Open this page over HTTPS, or on the computer itself, and type it there."))
    try:
        _vault().type_secret(request.form.get(SECRET_BOX, ""), request.remote_addr or "")
    except TooManyGuesses as waiting:
        told = gettext("Too many did not fit; wait %(seconds)s seconds and try again.", seconds=waiting.seconds)
        return _sealed_page(429, told)
    except Mistake as mistake:
        return _sealed_page(401, mistake.message.say(gettext))
    return redirect(_back(), 303)


def _vault() -> Vault:
    found: Vault = current_app.extensions["dosar_vault"]
    return found


def _comes_from_here() -> bool:
    """Whether a page of ours was sent, over a line that nobody reads along."""
    is_ours = request.headers.get("Sec-Fetch-Site", "same-origin") in ("same-origin", "none")
    return is_ours and (request.is_secure or is_loopback_name(request.host))


def _tell_refused() -> Response | None:
    """What the server did not let through."""
    code = request.environ.get(REFUSED_KEY)
    told = f"{gettext('This request cannot be understood')}\n"
    return Response(told, int(code), mimetype="text/plain") if code is not None else None


def _sealed_instead(error: HTTPException) -> Any:
    """Every other address, whatever was wrong with it."""
    if error.code is not None and error.code < 400:
        return error
    if request.path.startswith("/static/") or request.accept_mimetypes.best == "application/json":
        return Response(f"{gettext('The data are locked')}\n", SEALED_STATUS, mimetype="text/plain")
    return _sealed_page()


def _sealed_page(status: int = SEALED_STATUS, refused: str = "") -> Any:
    vault = _vault()
    vault.steps.is_watched = True
    page = Response(
        render_template(
            "sealed/unlock.html",
            action=UNLOCK_PATH,
            back=_back(),
            box=SECRET_BOX,
            refused=refused,
            opening=vault.seconds_opening,
            steps=vault.steps.told,
            ending=vault.is_ending,
            trouble=_trouble_said(vault),
            kept=_typed_boxes() if request.path != UNLOCK_PATH else [],
            **_page_variables(),
        ),
        status,
    )
    if vault.seconds_opening is not None and not vault.is_ending and request.method == "GET":
        page.headers["Refresh"] = "1"
    return _with_chosen_language(page) if request.path == UNLOCK_PATH else page


def _page_variables() -> dict[str, Any]:
    return {
        "sealed": True,
        "languages": [(code, name, code == _language()) for code, name in LANGUAGE_NAMES.items()],
    }


def _with_chosen_language(page: Response) -> Response:
    """The same; the browser remembers the language that was chosen on it."""
    chosen = request.args.get("language")
    if chosen in LANGUAGE_NAMES:
        page.set_cookie(
            host_cookie(LANGUAGE_COOKIE),
            chosen,
            YEAR_IN_SECONDS,
            path="/",
            httponly=True,
            samesite="Lax",
            secure=request.is_secure,
        )
    return page


def _trouble_said(vault: Vault) -> str:
    """Why the data did not open: with the names of files only where they lie."""
    if vault.trouble is None:
        return ""
    if is_loopback_name(request.host):
        return vault.trouble.message.say(gettext)
    return gettext("The data could not be opened. Why is written in the window in which Dosar was started.")


def _back() -> str:
    """Where she was going: the page she asked for."""
    if request.path == UNLOCK_PATH:
        return local_redirect_url(request.values.get("next"))
    return local_redirect_url(request.full_path.rstrip("?") if request.method == "GET" else "/")


def _typed_boxes() -> list[tuple[str, str]]:
    """What somebody sent who did not know that the data are locked."""
    if request.method != "POST":
        return []
    try:
        boxes = [(box, text) for box, texts in request.form.lists() for text in texts if text.strip()]
    except HTTPException:
        return []
    return [(box, text) for box, text in boxes if box not in UNSHOWN_BOXES and not box.startswith("_")]


def _language() -> str:
    wanted = (request.args.get("language"), request.cookies.get(host_cookie(LANGUAGE_COOKIE)))
    known = next((code for code in wanted if code in LANGUAGE_NAMES), None)
    return known or request.accept_languages.best_match(list(LANGUAGE_NAMES)) or LANGUAGES[0]
