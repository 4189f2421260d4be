"""Two people corrected one record: both versions, answer by answer, and a merge."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from json import dumps

from flask import render_template

from dosar.language.question import Answers, Question
from dosar.language.text.texts import text_in_language
from dosar.pages.context import PageContext
from dosar.pages.rendering.comparison import comparison_text
from dosar.pages.rendering.form_rendering import linked_ids
from dosar.pages.rendering.question_view import CarriedBoxes
from dosar.pages.sheet.posting.posted_answers import KEEP_BOX_PREFIX, answers_as_posted
from dosar.pages.sheet.sheet_view import SheetEditor
from dosar.pages.signed_tokens import shown_marks, version_token
from dosar.records.save import open_sheet
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
    saved = open_sheet(context.repository, editor.whole.key, record_id)
    mine = answers_as_posted(editor.questions, editor.editable_answers(answers), context.reading)
    hidden = [(name, text) for name in mine for text in mine.getlist(name)]
    seen = shown_marks(editor.hidden["_seen"], editor.whole.key, record_id)
    now = version_token(
        editor.whole.key, record_id, saved.record.version, answer_marks(editor.questions, saved.answers)
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


def answer_marks(questions: Iterable[Question], answers: Answers) -> dict[str, str]:
    """A short mark of each answer: tells later whether it was changed, without telling what it was."""
    return {question.name: _answer_mark(question, answers) for question in questions if not question.computed}


def _answer_mark(question: Question, answers: Answers) -> str:
    answer = question.to_json(answers.get(question.name))
    told = dumps(None if answer == [] else answer, sort_keys=True)
    return blake2b(told.encode(), digest_size=4).hexdigest()


def _differing_answers(
    context: PageContext,
    questions: Iterable[Question],
    mine: Answers,
    theirs: Answers,
    seen: Mapping[str, str],
) -> list[DifferingAnswer]:
    """What differs; where this worker changed nothing herself, the saved answer is offered first."""
    asked = [question for question in questions if not question.computed]
    wanted: dict[str, set[int]] = {}
    for answers in (mine, theirs):
        for target, ids in linked_ids(asked, answers).items():
            wanted.setdefault(target, set()).update(ids)
    titles = link_titles(context.repository, context.named_forms(), wanted, context.reading, with_deleted=True)
    return [
        DifferingAnswer(
            f"{KEEP_BOX_PREFIX}{question.name}",
            text_in_language(question.label, context.reading.language),
            comparison_text(context, question, mine.get(question.name), theirs.get(question.name), titles),
            comparison_text(context, question, theirs.get(question.name), mine.get(question.name), titles),
            "theirs" if seen.get(question.name) == _answer_mark(question, mine) else "mine",
        )
        for question in asked
        if question.to_json(mine.get(question.name)) != question.to_json(theirs.get(question.name))
    ]
