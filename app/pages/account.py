"""My profile: language, password, where I am signed in."""

from typing import Any

from flask import flash, redirect, render_template, session
from flask_appbuilder import AppBuilder
from flask_babel import gettext

from app.access.gate import WORKERS, page, worker
from app.access.guarded import guarded
from app.access.languages import wording
from app.access.passwords import require_good
from app.access.people import set_password
from app.access.sessions import end_sessions, sessions_of
from app.access.signing_in import confirm_password
from app.access.view import View
from app.language.message import Mistake
from app.language.texts import say
from app.pages.boxes import ChangedPassword
from app.pages.moments import moment_text


class AccountPage(View):
    """What a worker settles for herself."""

    @page("/profile", WORKERS)
    def profile(self) -> Any:
        return _profile_page(ChangedPassword())

    @page("/profile/password", WORKERS, ("POST",))
    def password(self) -> Any:
        form = ChangedPassword()
        if not form.validate_on_submit():
            return _profile_page(form)
        try:
            confirm_password(guarded(), worker().user_name, form.current.data)
            require_good(form.password.data, form.again.data, worker().user_name,
                         *worker().name.split(), guarded().organisation().name)
        except Mistake as mistake:
            return _profile_page(form, mistake.message.say(gettext))
        set_password(guarded(), worker().id, form.password.data)
        session.begin(worker().id)  # type: ignore[attr-defined]
        flash(gettext("Your password was changed; you were signed out everywhere else."), "success")
        return redirect("/profile", 303)

    @page("/profile/sign-out-elsewhere", WORKERS, ("POST",))
    def sign_out_elsewhere(self) -> Any:
        with guarded().store.writing():
            end_sessions(guarded(), worker().id, but=session.row)  # type: ignore[attr-defined]
        flash(gettext("You were signed out everywhere else."), "success")
        return redirect("/profile", 303)


def register(appbuilder: AppBuilder) -> None:
    appbuilder.add_view_no_menu(AccountPage)


def _profile_page(form: ChangedPassword, refused: str = "") -> Any:
    roles = guarded().definition.roles.held(worker().roles)
    kept = sessions_of(guarded(), worker().id, session.row)  # type: ignore[attr-defined]
    return render_template(
        "account.html", form=form, refused=refused,
        roles=[say(role.title, wording()) for role in roles],
        sessions=[
            {"created": moment_text(one.created), "seen": moment_text(one.seen), "is_this": one.is_this}
            for one in kept
        ],
    ), 422 if refused or form.errors else 200
