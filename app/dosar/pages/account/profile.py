"""My profile: language, password, where I am signed in."""

from typing import Any

from flask import flash, redirect, render_template, request, session
from flask_babel import gettext

from dosar.access.accounts.since_last_time import changed_ways_in, mark_seen, waiting_notice
from dosar.access.accounts.users import set_user_password
from dosar.access.appbuilder.view import PageView
from dosar.access.authorization import SIGNED_IN_ACCESS, current_worker, page_route
from dosar.access.factors.second_factor import second_factor_of
from dosar.access.i18n.languages import request_wording
from dosar.access.login.known_devices import known_device
from dosar.access.login.login import confirm_password
from dosar.access.login.passwords import require_good_password
from dosar.access.login.sessions.open_sessions import end_session, end_sessions, open_sessions_of
from dosar.access.services import access_services
from dosar.language.text.message import Mistake
from dosar.language.text.texts import text_in_language
from dosar.pages.account.passkeys import profile_passkeys
from dosar.pages.account.session_start import NOTICE_KEY
from dosar.pages.formatting import moment_text
from dosar.pages.input.forms import ChangePasswordForm
from dosar.pages.rendering.account_actions import account_action_text, since_last_time_text


class ProfilePage(PageView):
    """What a worker settles for herself."""

    @page_route("/profile", SIGNED_IN_ACCESS)
    def profile(self) -> Any:
        return _profile_page(ChangePasswordForm())

    @page_route("/profile/password", SIGNED_IN_ACCESS, ("POST",))
    def password(self) -> Any:
        form = ChangePasswordForm()
        if not form.validate_on_submit():
            return _profile_page(form)
        try:
            confirm_password(access_services(), current_worker().user_name, form.current.data, session.row.id)  # type: ignore[attr-defined]
            require_good_password(
                form.password.data,
                form.again.data,
                current_worker().user_name,
                *current_worker().name.split(),
                access_services().organisation().name,
            )
        except Mistake as mistake:
            return _profile_page(form, mistake.message.say(gettext))
        removed = set_user_password(access_services(), current_worker().id, form.password.data)
        session.begin(current_worker().id)  # type: ignore[attr-defined]
        flash(gettext("Your password was changed; you were signed out everywhere else."), "success")
        if removed:
            flash(gettext("Your passkeys were removed, too: add those that are your own again."), "warning")
        return redirect("/profile", 303)

    @page_route("/profile/end-session", SIGNED_IN_ACCESS, ("POST",))
    def end_session(self) -> Any:
        end_session(access_services(), current_worker().id, request.form.get("session", ""))
        flash(gettext("That session is over."), "success")
        return redirect("/profile", 303)

    @page_route("/profile/sign-out-elsewhere", SIGNED_IN_ACCESS, ("POST",))
    def sign_out_elsewhere(self) -> Any:
        with access_services().store.writing():
            end_sessions(access_services(), current_worker().id, but=session.row)  # type: ignore[attr-defined]
        flash(gettext("You were signed out everywhere else."), "success")
        return redirect("/profile", 303)

    @page_route("/sign-in/seen", SIGNED_IN_ACCESS, ("POST",))
    def seen(self) -> Any:
        """Under the address of the sign-in, where the browser says which device it is."""
        worker = current_worker()
        mark_seen(access_services(), worker.id, known_device(worker.user_name))
        session.pop(NOTICE_KEY, None)
        flash(gettext("It is told no more in this browser; in others for a week yet."), "success")
        return redirect("/profile", 303)


def _notice() -> str:
    """What this session was told, and has not said that it was seen."""
    since = waiting_notice(access_services(), current_worker().id) if session.get(NOTICE_KEY) else None
    return "" if since is None else since_last_time_text(since)


def _telephone() -> dict[str, Any] | None:
    """Since when her telephone is connected, and how many codes are left on the paper."""
    factor = second_factor_of(access_services(), current_worker().id)
    return None if factor is None else {"since": moment_text(factor.enrolled), "codes": factor.recovery_codes}


def _profile_page(form: ChangePasswordForm, refused: str = "") -> Any:
    roles = [role for role in access_services().every_role() if role.role in current_worker().roles]
    open_sessions = open_sessions_of(access_services(), current_worker().id, session.row)  # type: ignore[attr-defined]
    return render_template(
        "account/profile.html",
        form=form,
        refused=refused,
        notice=_notice(),
        telephone=_telephone(),
        passkeys=profile_passkeys(),
        changes=[account_action_text(entry) for entry in changed_ways_in(access_services(), current_worker().id)],
        roles=[text_in_language(role.title, request_wording()) for role in roles],
        sessions=[
            {
                "reference": open_session.reference,
                "device": open_session.device or gettext("another program"),
                "created": moment_text(open_session.created),
                "seen": moment_text(open_session.seen),
                "is_this": open_session.is_this,
            }
            for open_session in open_sessions
        ],
    ), 422 if refused or form.errors else 200
