"""The second step of signing in: the code of one's telephone, and connecting a telephone the first time, by
invitation or with a code that an administrator handed over."""

from typing import Any

from flask import abort, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext, ngettext

from dosar.access.accounts.users import user_name_of
from dosar.access.appbuilder.view import PageView
from dosar.access.authorization import PUBLIC_ACCESS, SIGN_IN_ENDPOINT, page_route
from dosar.access.factors.passkeys import CODE, passkey_question, use_passkey
from dosar.access.factors.second_factor import (
    check_code,
    enrol_first,
    open_secret,
    seal_secret,
    second_factor_of,
)
from dosar.access.login.known_devices import known_device
from dosar.access.login.one_time_codes import enrolment_address, in_groups, is_telephone_code, new_secret
from dosar.access.login.passkey_site import passkey_site
from dosar.access.login.sessions.open_sessions import let_connect_first
from dosar.access.login.throttle import CODE_LIMIT, Guess, TooManyTries
from dosar.access.recovery.first_telephone import has_no_telephone_at_all, use_telephone_code
from dosar.access.services import access_services
from dosar.language.text.message import Mistake
from dosar.pages.account.passkeys import PASSKEY_BOX
from dosar.pages.account.session_start import BACK_KEY, arrival_url, begin_session, next_step_url
from dosar.pages.input.forms import CodeForm, FirstCodeForm

TELEPHONE_KEY = "telephone"
"""Where the sealed secret of a telephone that is being connected lies in the session."""


class SecondFactorPage(PageView):
    """For whoever has given her password within the last minutes, and for nobody else."""

    @page_route("/sign-in/code", PUBLIC_ACCESS, ("GET", "POST"))
    def code(self) -> Any:
        user_id = _pending_user_id()
        if user_id is None:
            return redirect(url_for(SIGN_IN_ENDPOINT), 303)
        if second_factor_of(access_services(), user_id) is None:
            return redirect(next_step_url(user_id), 303)
        form = CodeForm()
        if not form.validate_on_submit():
            return _code_page(form, user_id)
        if request.form.get(PASSKEY_BOX):
            return _use_passkey(form, user_id)
        try:
            fits = check_code(
                access_services(), user_id, form.typed, known_device(user_name_of(access_services(), user_id))
            )
        except TooManyTries as closed:
            return _code_page(form, user_id, wait_message(closed.minutes), 429)
        if not fits:
            return _code_page(form, user_id, wrong_code_message(form.typed), 401)
        return _enter(user_id, form.typed)

    @page_route("/sign-in/first-code", PUBLIC_ACCESS, ("GET", "POST"))
    def first_code(self) -> Any:
        user_id = _pending_user_id()
        if user_id is None:
            return redirect(url_for(SIGN_IN_ENDPOINT), 303)
        services, form = access_services(), FirstCodeForm()
        if second_factor_of(services, user_id) is not None or session.may_connect_first:  # type: ignore[attr-defined]
            return redirect(next_step_url(user_id), 303)
        if not form.validate_on_submit():
            return _first_code_page(form)
        try:
            fits = use_telephone_code(services, user_id, user_name_of(services, user_id), form.code.data)
        except TooManyTries as closed:
            return _first_code_page(form, wait_message(closed.minutes), 429)
        if not fits:
            refused = gettext(
                "This is not the code you were given, or it is too old; ask an administrator for a new one."
            )
            return _first_code_page(form, refused, 401)
        let_connect_first(services, session.row)  # type: ignore[attr-defined]
        return redirect(next_step_url(user_id), 303)

    @page_route("/sign-in/telephone", PUBLIC_ACCESS, ("GET", "POST"))
    def enrol(self) -> Any:
        user_id = _pending_user_id()
        if user_id is None:
            return redirect(url_for(SIGN_IN_ENDPOINT), 303)
        if second_factor_of(access_services(), user_id) is not None or not session.may_connect_first:  # type: ignore[attr-defined]
            return redirect(next_step_url(user_id), 303)
        form, secret = CodeForm(), secret_being_connected(user_id)
        if not form.validate_on_submit():
            return telephone_page(form, user_id, secret)
        codes = enrol_first(access_services(), user_id, secret, form.typed)
        if codes is None:
            return telephone_page(form, user_id, secret, wrong_code_message(form.typed))
        back = session[BACK_KEY]
        begin_session(user_id)
        return recovery_codes_page(codes, arrival_url(user_id, back))


def _use_passkey(form: CodeForm, user_id: int) -> Any:
    """Her passkey in place of the code; with the password it need not check who uses it."""
    services, site = access_services(), passkey_site()
    if site is None:
        abort(404)
    guess = Guess(str(user_id), device=known_device(user_name_of(services, user_id)), limit=CODE_LIMIT)
    try:
        proof = use_passkey(services, site, CODE, request.form[PASSKEY_BOX], guess, user_id)
    except TooManyTries as closed:
        return _code_page(form, user_id, wait_message(closed.minutes), 429)
    except Mistake as mistake:
        return _code_page(form, user_id, mistake.message.say(gettext), 401)
    return _enter(user_id, passkey_id=proof.passkey_id)


def _first_code_page(form: FirstCodeForm, refused: str = "", status: int = 200) -> Any:
    at_computer = has_no_telephone_at_all(access_services())
    page = render_template("account/first_code.html", form=form, refused=refused, at_computer=at_computer)
    return page, 422 if form.errors else status


def telephone_page(form: CodeForm, user_id: int, secret: str, refused: str = "") -> Any:
    """The picture for the app, the key in letters beside it, and a box for the first code."""
    address = enrolment_address(secret, user_name_of(access_services(), user_id))
    form.code.data = ""
    return render_template(
        "account/telephone.html",
        form=form,
        refused=refused,
        address=address,
        picture=_qr_code(address),
        key=in_groups(secret, " "),
    ), 422 if refused or form.errors else 200


def recovery_codes_page(codes: list[str], onward: str) -> str:
    """The codes, this once."""
    return render_template("account/recovery_codes.html", codes=codes, onward=onward)


def wait_message(minutes: int) -> str:
    """Why no code is taken just now."""
    return ngettext(
        "There were too many wrong codes. Try again in %(num)d minute.",
        "There were too many wrong codes. Try again in %(num)d minutes.",
        minutes,
    )


def _pending_user_id() -> int | None:
    pending: int | None = session.pending_user_id  # type: ignore[attr-defined]
    return pending


def secret_being_connected(user_id: int) -> str:
    """The same one however often the page is shown: the app may have it already."""
    services = access_services()
    if TELEPHONE_KEY not in session:
        session[TELEPHONE_KEY] = seal_secret(services, user_id, new_secret())
    return open_secret(services, user_id, session[TELEPHONE_KEY])


def _enter(user_id: int, code: str = "", passkey_id: str = "") -> Any:
    back = session[BACK_KEY]
    begin_session(user_id, passkey_id)
    if code and not is_telephone_code(code):
        flash(_codes_left_message(user_id), "warning")
    return redirect(arrival_url(user_id, back), 303)


def _codes_left_message(user_id: int) -> str:
    factor = second_factor_of(access_services(), user_id)
    return ngettext(
        "This recovery code is used up; you have %(num)d left. Lost the telephone? Connect another on your profile.",
        "This recovery code is used up; you have %(num)d left. Lost the telephone? Connect another on your profile.",
        factor.recovery_codes if factor else 0,
    )


def wrong_code_message(code: str) -> str:
    """Why this code was not taken, and what to do."""
    if code and not is_telephone_code(code):
        return gettext("This is none of your recovery codes, or it was used already. Try the next one on the paper.")
    return gettext(
        "This code does not fit. Each opens once, for half a minute: wait for the next one. If that does not fit "
        "either, let the telephone set its clock by itself."
    )


def _code_page(form: CodeForm, user_id: int, refused: str = "", status: int = 200) -> Any:
    passkey = passkey_question(access_services(), CODE, user_id)
    page = render_template("account/code.html", form=form, passkey=passkey, refused=refused)
    return page, 422 if form.errors else status


def _qr_code(text: str) -> str:
    """The text as a picture that stands in the page itself."""
    import segno  # only who connects a telephone needs it

    picture: str = segno.make(text, error="m").svg_data_uri(scale=5, border=4, dark="#000", light="#fff")
    return picture
