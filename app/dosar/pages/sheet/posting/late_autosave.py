"""What the browser sends as a draft after its sheet was saved: if it is what was saved, it does not come back."""

from werkzeug.exceptions import BadRequest

from dosar.filing.cells import CellReader
from dosar.filing.read import read_texts
from dosar.language.question import Answers
from dosar.pages.context import PageContext
from dosar.pages.input.posted_boxes import PostedBoxes, texts_in
from dosar.pages.input.signed_tokens import is_submission_of, shown_version, submission_word
from dosar.records.audit_log import first_entry
from dosar.records.scope.row_scope import SYSTEM_SCOPE, OutOfReach, acting_as
from dosar.records.sheets.save import record_filed_before
from dosar.records.sheets.stored_answers import open_sheet
from dosar.records.unsaved.drafts import DraftPlace


def is_saved_already(context: PageContext, place: DraftPlace, posted: PostedBoxes) -> bool:
    """Whether the page was saved meanwhile with just these answers; whatever was typed since makes it a draft.

    She is told nothing of the record, which she may not see any more.
    """
    with acting_as(SYSTEM_SCOPE):
        try:
            saved = _corrected(context, place, posted) if place.record_id else _entered(context, place, posted)
        except (OutOfReach, BadRequest):
            return False
    return saved is not None and not _differs(context, place, posted, saved)


def _entered(context: PageContext, place: DraftPlace, posted: PostedBoxes) -> Answers | None:
    """What the new sheet with this token was first saved with."""
    token, form = posted.get("_once", ""), context.repository.forms[place.form]
    if not is_submission_of(token, context.worker.id):
        return None
    record_id = record_filed_before(context.repository, form, submission_word(token, context.worker.id))
    if record_id is None:
        return None
    record = open_sheet(context.repository, place.form, record_id).record
    return {change.question.name: change.new for change in first_entry(context.repository, form, record).changes}


def _corrected(context: PageContext, place: DraftPlace, posted: PostedBoxes) -> Answers | None:
    """What stands on the record now, if it was corrected since the page was opened."""
    seen = shown_version(posted.get("_seen", ""), place.form, place.record_id)
    sheet = open_sheet(context.repository, place.form, place.record_id)
    return sheet.answers if seen < sheet.record.version else None


def _differs(context: PageContext, place: DraftPlace, posted: PostedBoxes, saved: Answers) -> bool:
    form, on_page = context.repository.forms[place.form], {name.partition(".")[0] for name in posted}
    asked = [question for question in form.stored_questions if question.name in on_page and not question.attached]
    typed = read_texts(asked, texts_in(posted), CellReader(context.reading))
    return bool(typed.mistakes) or any(
        question.as_said(typed.answers.get(question.name)) != question.as_said(saved.get(question.name))
        for question in asked
        if not (question.issued and not typed.answers.get(question.name))
    )
