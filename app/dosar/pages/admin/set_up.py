"""The first run: the organisation and its first administrator. Open until there is a user, then gone."""

from pathlib import Path
from typing import Any

from flask import abort, current_app, render_template, url_for
from flask_babel import gettext

from dosar.access.accounts.users import UserDetails, add_user
from dosar.access.appbuilder.view import PageView
from dosar.access.authorization import PUBLIC_ACCESS, page_route
from dosar.access.i18n.languages import request_language, save_language
from dosar.access.login.passwords import require_good_password
from dosar.access.organisation.set_up_code import require_set_up_code
from dosar.access.organisation.settings import Organisation
from dosar.access.sealed.vault_use import current_vault
from dosar.access.services import access_services
from dosar.database.installation.installation_marker import mark_founded
from dosar.language.organisation.roles import ADMINISTRATOR
from dosar.language.text.message import Mistake
from dosar.pages.account.session_start import continue_sign_in
from dosar.pages.input.forms import SetUpForm


class SetUpPage(PageView):
    """A page that is there once."""

    @page_route("/set-up", PUBLIC_ACCESS, ("GET", "POST"))
    def set_up(self) -> Any:
        if access_services().is_set_up():
            abort(404)
        form = SetUpForm(language=request_language())
        if not form.validate_on_submit():
            return _set_up_page(form)
        try:
            require_set_up_code(access_services().set_up_code, form.code.data)
            user_id = _create_organisation(form)
        except Mistake as mistake:
            return _set_up_page(form, mistake.message.say(gettext))
        return continue_sign_in(user_id, url_for("KeysPage.keys") if current_vault() else "/", may_connect=True)


def _create_organisation(form: SetUpForm) -> int:
    """The organisation and its administrator, both or neither."""
    data = form.data
    require_good_password(
        data["password"], data["again"], data["user_name"], data["first_name"], data["last_name"], data["organisation"]
    )
    person = UserDetails(data["user_name"], data["first_name"], data["last_name"], frozenset({ADMINISTRATOR}))
    with access_services().store.writing():
        if access_services().is_set_up():
            abort(404)
        access_services().update_organisation(Organisation(data["organisation"], data["language"], data["country"]))
        user_id = add_user(access_services(), None, person, data["password"])
        save_language(user_id, data["language"])
    mark_founded(Path(current_app.config["DATA"]))
    return user_id


def _set_up_page(form: SetUpForm, refused: str = "") -> Any:
    return render_template("admin/set_up.html", form=form, refused=refused), 422 if refused or form.errors else 200
