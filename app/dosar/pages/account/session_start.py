"""What comes after a password: the code of the telephone, then the session."""

from flask import Response as FlaskResponse
from flask import after_this_request, flash, redirect, session, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from dosar.access.accounts.since_last_time import notice_at_sign_in
from dosar.access.accounts.users import user_name_of
from dosar.access.factors.passkeys import passkeys_to_tell
from dosar.access.factors.second_factor import is_second_factor_required, second_factor_of
from dosar.access.factors.step_up import note_second_factor
from dosar.access.i18n.languages import browser_language, save_language
from dosar.access.login.known_devices import known_device, remember_device
from dosar.access.login.login import count_sign_in
from dosar.access.services import access_services
from dosar.pages.recovery.expired_session import waiting_page_url
from dosar.pages.rendering.account_actions import since_last_time_text

BACK_KEY = "back"
"""Where the page she asked for is remembered while she is asked for her code."""
NOTICE_KEY = "notice"
"""Where it is remembered that this session was told what happened, and has not said that it was seen."""


def continue_sign_in(user_id: int, back: str = "/", may_connect: bool = False) -> Response:
    """The password is hers: on to her code, or to connecting a telephone; in the demo she is in.

    ``may_connect``: she comes by an address that she was handed, and may connect her first telephone.
    """
    services = access_services()
    if not is_second_factor_required(services, user_id):
        begin_session(user_id)
        return redirect(arrival_url(user_id, back), 303)
    session.await_code(user_id, may_connect)  # type: ignore[attr-defined]
    session[BACK_KEY] = back
    return redirect(next_step_url(user_id), 303)


def next_step_url(user_id: int) -> str:
    """The page that asks for her code, or the one where she connects a telephone, or the one before it."""
    if second_factor_of(access_services(), user_id):
        return url_for("SecondFactorPage.code")
    may_connect = session.may_connect_first  # type: ignore[attr-defined]
    return url_for("SecondFactorPage.enrol" if may_connect else "SecondFactorPage.first_code")


def begin_session(user_id: int, passkey_id: str = "") -> None:
    """She is in; ``passkey_id``: by this passkey."""
    session.begin(user_id)  # type: ignore[attr-defined]
    if is_second_factor_required(access_services(), user_id):
        note_second_factor(access_services())
    _tell_new_passkeys(user_id, passkey_id)
    _tell_what_happened(user_id)
    count_sign_in(access_services(), user_id)
    _remember_device(user_id)
    chosen = browser_language()
    if chosen is not None:
        save_language(user_id, chosen, if_none=True)


def _tell_new_passkeys(user_id: int, passkey_id: str) -> None:
    """Whoever added one while the account was open to him is found out, however often he uses it before she comes."""
    for name in passkeys_to_tell(access_services(), user_id, passkey_id):
        text = gettext(
            'The passkey "%(name)s" was added to your account. Not by you? Remove it on your profile and change your '
            "password. You are told until you once sign in with your telephone.",
            name=name,
        )
        flash(text, "warning")


def _tell_what_happened(user_id: int) -> None:
    """She alone knows whether it was she who mistyped, or changed something."""
    since = notice_at_sign_in(access_services(), user_id, known_device(user_name_of(access_services(), user_id)))
    if since is not None:
        session[NOTICE_KEY] = True
        how_long = gettext("You are told at every sign-in until you say on your profile that you have seen it.")
        flash(f"{since_last_time_text(since)} {how_long}", "warning")


def _remember_device(user_id: int) -> None:
    user_name = user_name_of(access_services(), user_id)

    @after_this_request
    def remember(answer: FlaskResponse) -> FlaskResponse:
        remember_device(answer, user_name)
        return answer


def arrival_url(user_id: int, back: str) -> str:
    """Where she is led: to what waits to be sent, or else to the page she asked for."""
    return waiting_page_url(user_id) or back
