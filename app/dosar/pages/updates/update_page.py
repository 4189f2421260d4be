"""The page of the versions: which one runs, whether there is a newer one, and how it comes here."""

from typing import Any

from flask import Response, current_app, flash, redirect, render_template, url_for
from flask_babel import gettext, lazy_gettext
from wtforms import FileField, HiddenField
from wtforms.fields import SelectChoice

from dosar.access.appbuilder.view import PageView
from dosar.access.authorization import page_route, requires_page
from dosar.access.services import access_services
from dosar.database.store_errors import StoreError
from dosar.long_work.uploads import PIECE_BYTES
from dosar.pages.backups.backup_state import WORK, current_work
from dosar.pages.formatting import day_text, size_text, when_text
from dosar.pages.input.forms import OneOf, TranslatedForm
from dosar.pages.updates.update_state import daily_check, known_update, offered_file, versions
from dosar.pages.updates.update_words import back_text, out_of_date_text, running_text, trouble_lines
from dosar.updates.check.check_settings import read_check_settings
from dosar.updates.check.newest import Newest
from dosar.updates.data.kept import KeptData
from dosar.updates.file.troubles import UpdatesNotTaken
from dosar.updates.pinned import read_pinned
from dosar.updates.pip.command_lines import CommandLines
from dosar.updates.pip.pip_facts import pip_facts
from dosar.updates.pip.pip_lines import preparation

UPDATE_ACCESS = requires_page("organisation")
ON, OFF = "yes", "no"


class CheckForm(TranslatedForm):
    """Whether somebody outside is asked."""

    asks = OneOf(
        lazy_gettext("Ask once a day whether there is a new version"),
        lazy_gettext("Choose whether it is asked."),
        choices=[SelectChoice(ON, lazy_gettext("Yes")), SelectChoice(OFF, lazy_gettext("No"))],
    )


class UpdateFileForm(TranslatedForm):
    """An update that somebody brought."""

    file = FileField(lazy_gettext("File of the update"))
    upload, upload_name = HiddenField(), HiddenField()


class UpdatePage(PageView):
    """For whoever answers for the organisation."""

    @page_route("/update", UPDATE_ACCESS)
    def update(self) -> Any:
        return update_page()

    @page_route("/update/question", UPDATE_ACCESS, ("POST",))
    def ask_daily(self) -> Any:
        form = CheckForm()
        if not form.validate():
            return update_page(form)
        daily_check().switch(form.asks.data == ON)
        flash(gettext("Saved."), "success")
        return redirect(url_for("UpdatePage.update"), 303)

    @page_route("/update/ask", UPDATE_ACCESS, ("POST",))
    def ask_now(self) -> Any:
        try:
            newest = daily_check().ask()
        except StoreError as trouble:
            return update_page(refused=trouble.message.say(gettext))
        if read_check_settings(access_services().session).newer_than(versions().running) is None:
            flash(gettext("There is nothing newer than %(version)s.", version=newest.version), "success")
        return redirect(url_for("UpdatePage.update"), 303)


def update_page(form: CheckForm | None = None, refused: str = "") -> Response:
    """The page as it stands, with what was wrong."""
    services, found = access_services(), versions()
    settings, work = read_check_settings(services.session), known_update()
    newer, offered = settings.newer_than(found.running), offered_file(settings, found.running)
    form = form or CheckForm(formdata=None, asks=ON if settings.is_on else OFF)
    page = render_template(
        "updates/update.html",
        form=form,
        file_form=UpdateFileForm(),
        refused=refused,
        is_demo=services.is_demo(),
        running=running_text(found),
        troubles=list(trouble_lines(found)),
        is_on_trial=found.is_on_trial,
        back=back_text(found.back) if found.back else "",
        is_working=work is not None and work.is_on_its_way,
        newer=_newer_text(newer) if newer is not None else "",
        offered=size_text(offered.bytes) if offered is not None else "",
        asked=gettext("Asked last: %(when)s.", when=when_text(settings.asked)) if settings.asked else "",
        out_of_date=out_of_date_text(settings, services.clock().date()),
        knows_where=bool(read_pinned().address),
        takes_files=bool(read_pinned().keys),
        is_folder=found.own is not None,
        not_taken=UpdatesNotTaken().message.say(gettext),
        can_update=work is not None,
        has_places=WORK in current_app.extensions and bool(current_work().places()),
        piece_bytes=PIECE_BYTES,
        pip=_pip_lines(found.kept) if found.own is None else None,
    )
    return Response(page, 422 if refused or form.errors else 200)


def _pip_lines(kept: KeptData | None) -> dict[str, Any]:
    """What is typed where Dosar was installed into a Python, what is done before, and the way back where there is
    one."""
    facts, lines = pip_facts(), current_app.config.get("COMMAND_LINES", CommandLines())
    before, before_back = preparation(facts), preparation(facts, kept.version) if kept else None
    return {
        "before": before.say(gettext) if before else "",
        "lines": lines.newest_lines(facts),
        "version": kept.version if kept else "",
        "before_back": before_back.say(gettext) if before_back else "",
        "back": lines.lines_back(facts, kept.version) if kept else [],
        "keeps": access_services().store.engine.dialect.name == "sqlite",
    }


def _newer_text(newer: Newest) -> str:
    return gettext("Version %(version)s is there, of %(day)s.", version=newer.version, day=day_text(newer.day))
