"""Signing in and out, choosing a language, choosing a password by invitation."""

from typing import Any

from flask import Response, abort, redirect, render_template, request, session, url_for
from flask_appbuilder import AppBuilder
from flask_babel import gettext, ngettext

from app.access.addresses import local
from app.access.gate import EVERYONE, SET_UP, page, visitor
from app.access.guarded import guarded
from app.access.guessing import TooManyTries
from app.access.languages import NAMES, choose, chosen_here, keep_language
from app.access.passwords import require_good
from app.access.people import accept, invited
from app.access.signing_in import note_sign_in, sign_in
from app.access.view import View
from app.language.message import Mistake
from app.pages.boxes import NewPassword, SignIn
from app.pages.unsent import waiting_page

CLEARED = {"Clear-Site-Data": '"cache"'}
"""Nothing of what was read stays in the browser."""


class SignInPage(View):
    """Coming in and going out."""

    @page("/sign-in", EVERYONE, ("GET", "POST"))
    def sign_in(self) -> Any:
        if not guarded().is_set_up():
            return redirect(url_for(SET_UP), 303)
        back = local(request.values.get("next"))
        if visitor() is not None:
            return redirect(back, 303)
        form = SignIn()
        if not form.validate_on_submit():
            return _sign_in_page(form, back)
        try:
            user_id = sign_in(
                guarded(), form.user_name.data, form.password.data[:1024], request.remote_addr or ""
            )
        except TooManyTries as closed:
            return _sign_in_page(form, back, _wait(closed.minutes), 429)
        if user_id is None:
            return _sign_in_page(form, back, gettext("The user name or the password is wrong."), 401)
        _come_in(user_id)
        return redirect(waiting_page(user_id) or back, 303)

    @page("/sign-out", EVERYONE, ("POST",))
    def sign_out(self) -> Any:
        session.end()  # type: ignore[attr-defined]
        answer = redirect(url_for("SignInPage.sign_in"), 303)
        answer.headers.update(CLEARED)
        return answer

    @page("/lock", EVERYONE, ("POST",))
    def lock(self) -> Any:
        """The page was hidden in haste: whoever comes back must sign in."""
        session.end()  # type: ignore[attr-defined]
        return Response(status=204, headers=CLEARED)

    @page("/language", EVERYONE, ("POST",))
    def language(self) -> Any:
        code = request.form.get("language", "")
        if code not in NAMES:
            abort(400)
        answer = redirect(local(request.form.get("next")), 303)
        choose(code, answer)
        return answer


class InvitationPage(View):
    """The address an invited person opens, once."""

    @page("/invitation/<word>", EVERYONE, ("GET", "POST"))
    def invitation(self, word: str) -> Any:
        user = invited(guarded(), word)
        if user is None:
            old = gettext("This invitation was used or is too old; ask an administrator for a new one.")
            return render_template("invitation.html", form=None, refused=old), 404
        user_name, names = user.username, [user.first_name, user.last_name, guarded().organisation().name]
        form = NewPassword()
        if not form.validate_on_submit():
            return _invitation_page(form, user_name)
        try:
            require_good(form.password.data, form.again.data, user_name, *names)
            user_id = accept(guarded(), word, form.password.data)
        except Mistake as mistake:
            return _invitation_page(form, user_name, mistake.message.say(gettext))
        note_sign_in(guarded(), user_id)
        _come_in(user_id)
        return redirect("/", 303)


def register(appbuilder: AppBuilder) -> None:
    appbuilder.add_view_no_menu(SignInPage)
    appbuilder.add_view_no_menu(InvitationPage)


def _come_in(user_id: int) -> None:
    session.begin(user_id)  # type: ignore[attr-defined]
    chosen = chosen_here()
    if chosen is not None:
        keep_language(user_id, chosen, if_none=True)


def _sign_in_page(form: SignIn, back: str, refused: str = "", status: int = 200) -> Any:
    over = request.args.get("over") == "1" and not refused
    return render_template("sign_in.html", form=form, next=back, refused=refused, over=over), status


def _invitation_page(form: NewPassword, user_name: str, refused: str = "") -> Any:
    status = 422 if refused or form.errors else 200
    return render_template("invitation.html", form=form, user_name=user_name, refused=refused), status


def _wait(minutes: int) -> str:
    return ngettext(
        "There were too many wrong passwords. Try again in %(num)d minute.",
        "There were too many wrong passwords. Try again in %(num)d minutes.",
        minutes,
    )
