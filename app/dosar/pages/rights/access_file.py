"""The copy of her whole file that a person asks for (GDPR art. 15): what goes into it, for whom, in which language."""

from typing import Any

from babel import Locale, UnknownLocaleError
from flask import Response, abort, render_template, url_for
from flask_babel import force_locale, gettext, lazy_gettext
from wtforms.fields import SelectChoice

from dosar.access.appbuilder.view import PageView
from dosar.access.authorization import page_route, requires_page
from dosar.access.i18n.language_names import capitalised
from dosar.access.organisation.time_zones import local_day
from dosar.access.services import access_services
from dosar.database.form_tables import Record
from dosar.exchange.access_files.zip_file import access_file_zip
from dosar.language.question import ReadingContext
from dosar.language.text.translations import LANGUAGES, WORDINGS
from dosar.pages.context import PageContext, find_or_404, page_context
from dosar.pages.input.forms import LONGEST_REASON, OneOf, TranslatedForm, required_line
from dosar.pages.recovery.text_forms import TEXT_PAGES
from dosar.pages.rendering.history import ACTION_LABELS
from dosar.paper.typesetting import can_make_pdf
from dosar.records.audit_log import note_change
from dosar.records.rights.access_file import ACCESS_FILE_ACTION, TextPage, may_take_access_file
from dosar.records.rights.access_file_reading import access_file_contents, read_access_file


def language_title(code: str) -> str:
    """The language in itself: *Română (Republica Moldova)*."""
    try:
        return capitalised(Locale.parse(code, sep="-").get_display_name() or code)
    except UnknownLocaleError:
        return code


class AccessFileForm(TranslatedForm):
    """In which language, and how one knows that it is she who asks."""

    language = OneOf(
        lazy_gettext("Language of the copy"),
        lazy_gettext("Choose a language."),
        choices=[SelectChoice(code, language_title(code)) for code in (*LANGUAGES, *WORDINGS)],
        default=LANGUAGES[0],
    )
    reason = required_line(
        lazy_gettext("Who asked for it, when, and how do you know that it is she?"),
        lazy_gettext("Write who asked for the copy, and how you know that it is the person herself."),
        LONGEST_REASON,
        lazy_gettext("Kept in the history of the case with your name and the moment."),
    )


class AccessFilePage(PageView):
    """For those who answer for the rights of the persons and see whole cases."""

    @page_route("/cases/<int:case_id>/copy", requires_page("rights"))
    def ask(self, case_id: int) -> Any:
        context, case = _asked_case(case_id)
        return _access_file_page(context, case, AccessFileForm())

    @page_route("/cases/<int:case_id>/copy", requires_page("rights").with_recent_proof(), methods=("POST",))
    def take(self, case_id: int) -> Any:
        context, case = _asked_case(case_id)
        asked = AccessFileForm()
        if not asked.validate_on_submit():
            return _access_file_page(context, case, asked)
        return _file_response(context, case, asked)


def may_take_copy(context: PageContext) -> bool:
    """Whether this worker hands out copies of whole cases."""
    return "rights" in context.worker.pages and may_take_access_file(context.worker.scope, context.repository.forms)


def _asked_case(case_id: int) -> tuple[PageContext, Record]:
    context = page_context()
    case = find_or_404(context.repository.case, case_id)
    if not may_take_copy(context):
        abort(403)
    return context, case


def _access_file_page(context: PageContext, case: Record, asked: AccessFileForm) -> Any:
    return render_template(
        "rights/access_file.html",
        title=gettext("Copy of everything, for the person"),
        case=context.case_head(case),
        form=asked,
        makes_pdf=can_make_pdf(),
        back_url=url_for("CasePages.case", case_id=case.id),
    ), asked.status


def _file_response(context: PageContext, case: Record, asked: AccessFileForm) -> Response:
    """The file is named by the number of the case; it is whole before the first byte leaves."""
    language, services = str(asked.language.data), access_services()
    with force_locale(language.replace("-", "_")):
        actions = {action: str(label) for action, label in ACTION_LABELS.items()}
        text_pages = {
            route: TextPage(str(page.title), {box: str(label) for box, label in page.boxes.items()})
            for route, page in TEXT_PAGES.items()
        }
    organisation = services.organisation()
    copy = read_access_file(
        context.repository,
        case.id,
        ReadingContext(language, context.reading.today),
        organisation.name,
        actions,
        lambda moment: local_day(moment, organisation.zone),
        text_pages,
    )
    made = access_file_zip(copy, access_file_contents(context.repository, copy))
    with context.repository.writing():
        note_change(context.repository, case, ACCESS_FILE_ACTION, context.worker.id, {}, asked.reason.data)
    disposition = f'attachment; filename="{_file_name(copy.case, case.id)}.zip"'
    return Response(made, content_type="application/zip", headers={"Content-Disposition": disposition})


def _file_name(code: str, case_id: int) -> str:
    return code if code.isascii() and code.replace("-", "").isalnum() else str(case_id)
