"""What an administrator does when a device or a telephone was lost: sign the user out, have another one connected."""

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, url_for
from flask_babel import gettext

from dosar.access.accounts.users import sign_user_out, user_to_change
from dosar.access.appbuilder.view import PageView
from dosar.access.authorization import current_worker, page_route, requires_page
from dosar.access.recovery.first_telephone import give_telephone_code
from dosar.access.recovery.telephone_reset import ask_for_reset, confirm_reset, refuse_reset
from dosar.access.services import AccessServices, access_services
from dosar.access.worker import Worker
from dosar.calendars.feed_address import end_feed
from dosar.language.text.message import Mistake
from dosar.pages.admin.user_page import user_or_404, user_page


class UserAccessPage(PageView):
    """Buttons on the page of a user."""

    @page_route("/users/<int:user_id>/sign-out", requires_page("users").with_recent_proof(), ("POST",))
    def sign_out(self, user_id: int) -> Any:
        return _done(user_id, sign_user_out, gettext("The person is signed out everywhere."))

    @page_route("/users/<int:user_id>/telephone", requires_page("users").with_recent_proof(), ("POST",))
    def disconnect(self, user_id: int) -> Any:
        return _done(user_id, ask_for_reset, gettext("A second administrator has to confirm it now, on this page."))

    @page_route("/users/<int:user_id>/telephone/confirm", requires_page("users").with_recent_proof(), ("POST",))
    def confirm(self, user_id: int) -> Any:
        return _done(user_id, confirm_reset)

    @page_route("/users/<int:user_id>/telephone/code", requires_page("users").with_recent_proof(), ("POST",))
    def code(self, user_id: int) -> Any:
        return _done(user_id, give_telephone_code)

    @page_route("/users/<int:user_id>/calendar/end", requires_page("users").with_recent_proof(), ("POST",))
    def end_calendar(self, user_id: int) -> Any:
        return _done(user_id, _end_feed, gettext("The address of the calendar opens nothing any more."))

    @page_route("/users/<int:user_id>/telephone/keep", requires_page("users").with_recent_proof(), ("POST",))
    def keep(self, user_id: int) -> Any:
        return _done(user_id, refuse_reset, gettext("The telephone stays connected."))


def _end_feed(services: AccessServices, by: Worker, user_id: int) -> None:
    with services.store.writing() as session:
        user_to_change(services, by, user_id)
        end_feed(session, user_id)


def _done(user_id: int, act: Callable[..., Any], told: str = "") -> Any:
    """Where ``act`` gives a code to hand over, the page shows it, this once."""
    user_or_404(user_id)
    try:
        code = act(access_services(), current_worker(), user_id)
    except Mistake as mistake:
        return user_page(user_or_404(user_id), refused=mistake.message.say(gettext))
    if code:
        return user_page(user_or_404(user_id), telephone_code=code)
    flash(told, "success")
    return redirect(url_for("UsersPage.user", user_id=user_id), 303)
