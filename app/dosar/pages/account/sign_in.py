"""Signing in and out, choosing a language, choosing a password by invitation."""

from typing import Any

from flask import Response, abort, redirect, render_template, request, session, url_for
from flask_babel import gettext, ngettext

from dosar.access.accounts.access_periods import require_open_days
from dosar.access.accounts.users import accept_invitation, invited_user
from dosar.access.appbuilder.view import PageView
from dosar.access.authorization import PUBLIC_ACCESS, SET_UP_ENDPOINT, current_worker_or_none, page_route
from dosar.access.i18n.language_names import LANGUAGE_NAMES
from dosar.access.i18n.languages import choose_language
from dosar.access.login.known_devices import known_device
from dosar.access.login.login import sign_in_user
from dosar.access.login.passkey_site import passkey_site
from dosar.access.login.passwords import require_good_password
from dosar.access.login.throttle import TooManyTries
from dosar.access.recovery.first_telephone import may_connect_by_invitation
from dosar.access.services import access_services
from dosar.access.web.redirects import local_redirect_url
from dosar.backups.keeping.runs import came_out_of_backup
from dosar.language.text.message import Mistake
from dosar.pages.account.session_start import continue_sign_in
from dosar.pages.input.forms import NewPasswordForm, SignInForm

CLEAR_CACHE_HEADERS = {"Clear-Site-Data": '"cache"'}
"""Nothing of what was read stays in the browser."""


class SignInPage(PageView):
    """Coming in and going out."""

    @page_route("/sign-in", PUBLIC_ACCESS, ("GET", "POST"))
    def sign_in(self) -> Any:
        if not access_services().is_set_up():
            return redirect(url_for(SET_UP_ENDPOINT), 303)
        back = local_redirect_url(request.values.get("next"))
        if current_worker_or_none() is not None:
            return redirect(back, 303)
        form = SignInForm()
        if not form.validate_on_submit():
            return _sign_in_page(form, back)
        try:
            user_id = sign_in_user(
                access_services(),
                form.user_name.data,
                form.password.data[:1024],
                request.remote_addr or "",
                known_device(form.user_name.data),
            )
        except TooManyTries as closed:
            return _sign_in_page(form, back, _wait_message(closed.minutes), 429)
        if user_id is None:
            return _sign_in_page(form, back, gettext("The user name or the password is wrong."), 401)
        return continue_sign_in(user_id, back)

    @page_route("/sign-out", PUBLIC_ACCESS, ("POST",))
    def sign_out(self) -> Any:
        session.end()  # type: ignore[attr-defined]
        answer = redirect(url_for("SignInPage.sign_in"), 303)
        answer.headers.update(CLEAR_CACHE_HEADERS)
        return answer

    @page_route("/lock", PUBLIC_ACCESS, ("POST",))
    def lock(self) -> Any:
        """The page was hidden in haste: whoever comes back must sign in."""
        session.end()  # type: ignore[attr-defined]
        return Response(status=204, headers=CLEAR_CACHE_HEADERS)

    @page_route("/language", PUBLIC_ACCESS, ("POST",))
    def language(self) -> Any:
        code = request.form.get("language", "")
        if code not in LANGUAGE_NAMES:
            abort(400)
        answer = redirect(local_redirect_url(request.form.get("next")), 303)
        choose_language(code, answer)
        return answer


class InvitationPage(PageView):
    """The address an invited person opens, once."""

    @page_route("/invitation/<word>", PUBLIC_ACCESS, ("GET", "POST"))
    def invitation(self, word: str) -> Any:
        user = invited_user(access_services(), word)
        if user is None:
            old = gettext("This invitation was used or is too old; ask an administrator for a new one.")
            return render_template("account/invitation.html", form=None, refused=old), 404
        try:
            require_open_days(access_services(), user.id)
        except Mistake as over:
            return render_template("account/invitation.html", form=None, refused=over.message.say(gettext)), 422
        user_name, names = user.username, [user.first_name, user.last_name, access_services().organisation().name]
        form = NewPasswordForm()
        if not form.validate_on_submit():
            return _invitation_page(form, user_name)
        try:
            require_good_password(form.password.data, form.again.data, user_name, *names)
            user_id = accept_invitation(access_services(), word, form.password.data)
        except Mistake as mistake:
            return _invitation_page(form, user_name, mistake.message.say(gettext))
        return continue_sign_in(user_id, may_connect=may_connect_by_invitation(access_services(), user_id))


def _sign_in_page(form: SignInForm, back: str, refused: str = "", status: int = 200) -> Any:
    over = request.args.get("over") == "1" and not refused
    return render_template(
        "account/sign_in.html",
        form=form,
        next=back,
        refused=refused,
        over=over,
        restored=_has_just_restored() and not refused,
        is_demo=access_services().is_demo(),
        passkeys=passkey_site() is not None,
    ), status


def _has_just_restored() -> bool:
    """Whether this browser has put a back-up in place, and it came: after that everybody signs in anew."""
    return request.args.get("restored") == "1" and came_out_of_backup(access_services().session)


def _invitation_page(form: NewPasswordForm, user_name: str, refused: str = "") -> Any:
    status = 422 if refused or form.errors else 200
    return render_template("account/invitation.html", form=form, user_name=user_name, refused=refused), status


def _wait_message(minutes: int) -> str:
    return ngettext(
        "There were too many wrong passwords. Try again in %(num)d minute.",
        "There were too many wrong passwords. Try again in %(num)d minutes.",
        minutes,
    )
