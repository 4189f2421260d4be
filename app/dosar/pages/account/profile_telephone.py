"""Another telephone, and new recovery codes: what a worker settles for herself, having proved who she is."""

from typing import Any

from flask import abort, session

from dosar.access.appbuilder.view import PageView
from dosar.access.authorization import SIGNED_IN_ACCESS, current_worker, page_route
from dosar.access.factors.second_factor import replace_recovery_codes, replace_telephone, second_factor_of
from dosar.access.login.sessions.open_sessions import end_sessions
from dosar.access.services import access_services
from dosar.pages.account.second_factor import (
    TELEPHONE_KEY,
    recovery_codes_page,
    secret_being_connected,
    telephone_page,
    wrong_code_message,
)
from dosar.pages.input.forms import CodeForm


class ProfileTelephonePage(PageView):
    """Her own telephone and paper."""

    @page_route("/profile/telephone", SIGNED_IN_ACCESS.with_recent_second_factor(), ("GET", "POST"))
    def telephone(self) -> Any:
        services, user_id, form = access_services(), current_worker().id, CodeForm()
        secret = secret_being_connected(user_id)
        if not form.validate_on_submit():
            return telephone_page(form, user_id, secret)
        with services.store.writing():
            codes = replace_telephone(services, user_id, secret, form.typed)
            if codes is not None:
                end_sessions(services, user_id, but=session.row)  # type: ignore[attr-defined]
        if codes is None:
            return telephone_page(form, user_id, secret, wrong_code_message(form.typed))
        session.pop(TELEPHONE_KEY)
        return recovery_codes_page(codes, "/profile")

    @page_route("/profile/recovery-codes", SIGNED_IN_ACCESS.with_recent_second_factor(), ("POST",))
    def recovery_codes(self) -> Any:
        if second_factor_of(access_services(), current_worker().id) is None:
            abort(404)
        return recovery_codes_page(replace_recovery_codes(access_services(), current_worker().id), "/profile")
