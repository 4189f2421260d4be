"""Two people corrected one record: both versions, answer by answer, and a merge."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from flask import render_template

from dosar.filing.conflict import answer_marks, differences
from dosar.language.question import Answers, Question
from dosar.language.text.texts import text_in_language
from dosar.pages.context import PageContext
from dosar.pages.input.posted_boxes import KEEP_BOX_PREFIX, answers_as_posted
from dosar.pages.input.signed_tokens import shown_marks, version_token
from dosar.pages.linked_titles import RecordTitles, linked_ids
from dosar.pages.rendering.comparison import comparison_text
from dosar.pages.rendering.question_view import CarriedBoxes
from dosar.pages.sheet.sheet_editor import SheetEditor
from dosar.records.sheets.stored_answers import open_sheet
from dosar.records.titles import link_titles


@dataclass(slots=True)
class DifferingAnswer:
    """One answer that the two versions do not share."""

    name: str
    label: str
    mine: str
    theirs: str
    choose: str = "mine"


def conflict_page(context: PageContext, editor: SheetEditor, answers: Answers) -> str:
    """What this worker typed beside what was saved meanwhile; posting it again is a merge."""
    assert editor.record is not None
    record_id = editor.record.id
    context.repository.session.expire_all()
    saved = open_sheet(context.repository, editor.full_form.key, record_id)
    mine = answers_as_posted(editor.questions, editor.editable_answers(answers), context.reading)
    hidden = [(name, text) for name in mine for text in mine.getlist(name)]
    seen = shown_marks(editor.hidden["_seen"], editor.full_form.key, record_id)
    now = version_token(
        editor.full_form.key, record_id, saved.record.version, answer_marks(editor.questions, saved.answers)
    )
    hidden += [("_seen", now), *editor.carried.items()]
    return render_template(
        "sheet/conflict.html",
        title=text_in_language(editor.form.title, context.reading.language),
        form_title=text_in_language(editor.form.title, context.reading.language),
        case=context.case_head(editor.case),
        action=editor.action,
        cancel_url=editor.cancel_url,
        hidden=CarriedBoxes(hidden),
        fields=_differing_answers(context, editor.questions, answers, saved.answers, seen),
    )


def _differing_answers(
    context: PageContext, questions: Iterable[Question], mine: Answers, theirs: Answers, seen: Mapping[str, str]
) -> list[DifferingAnswer]:
    """What differs, in words."""
    differing = differences(questions, mine, theirs, seen)
    titles = _titles(context, [difference.question for difference in differing], mine, theirs)
    return [
        DifferingAnswer(
            f"{KEEP_BOX_PREFIX}{difference.question.name}",
            text_in_language(difference.question.label, context.reading.language),
            comparison_text(context, difference.question, difference.mine, difference.theirs, titles),
            comparison_text(context, difference.question, difference.theirs, difference.mine, titles),
            "mine" if difference.is_mine else "theirs",
        )
        for difference in differing
    ]


def _titles(context: PageContext, questions: Iterable[Question], *versions: Answers) -> RecordTitles:
    """What the records are called that the versions point to."""
    asked_questions, ids_by_form = list(questions), dict[str, set[int]]()
    for answers in versions:
        for target, ids in linked_ids(asked_questions, answers).items():
            ids_by_form.setdefault(target, set()).update(ids)
    return link_titles(context.repository, context.named_forms(), ids_by_form, context.reading, with_deleted=True)
