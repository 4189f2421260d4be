"""The first run: the organisation and its first administrator. Open until there is a user, then gone."""

from pathlib import Path
from typing import Any

from flask import abort, current_app, redirect, render_template, session
from flask_appbuilder import AppBuilder
from flask_babel import gettext

from app.access.gate import EVERYONE, page
from app.access.guarded import guarded
from app.access.languages import keep_language, language
from app.access.organisation import Organisation
from app.access.passwords import require_good
from app.access.people import Person, add_user
from app.access.signing_in import note_sign_in
from app.access.view import View
from app.language.message import Mistake
from app.language.roles import ADMINISTRATOR
from app.pages.boxes import SetUp
from app.records.founded import mark_founded


class SetUpPage(View):
    """A page that is there once."""

    @page("/set-up", EVERYONE, ("GET", "POST"))
    def set_up(self) -> Any:
        if guarded().is_set_up():
            abort(404)
        form = SetUp(language=language())
        if not form.validate_on_submit():
            return _set_up_page(form)
        try:
            user_id = _found(form)
        except Mistake as mistake:
            return _set_up_page(form, mistake.message.say(gettext))
        session.begin(user_id)  # type: ignore[attr-defined]
        return redirect("/", 303)


def register(appbuilder: AppBuilder) -> None:
    appbuilder.add_view_no_menu(SetUpPage)


def _found(form: SetUp) -> int:
    """The organisation and its administrator, both or neither."""
    data = form.data
    require_good(data["password"], data["again"], data["user_name"],
                 data["first_name"], data["last_name"], data["organisation"])
    person = Person(data["user_name"], data["first_name"], data["last_name"], frozenset({ADMINISTRATOR}))
    with guarded().store.writing():
        if guarded().is_set_up():
            abort(404)
        guarded().name_organisation(Organisation(
            data["organisation"], data["language"], data["country"]
        ))
        user_id = add_user(guarded(), None, person, data["password"])
        keep_language(user_id, data["language"])
        note_sign_in(guarded(), user_id)
    mark_founded(Path(current_app.config["DATA"]))
    return user_id


def _set_up_page(form: SetUp, refused: str = "") -> Any:
    return render_template("set_up.html", form=form, refused=refused), 422 if refused or form.errors else 200
