"""Before the case file says that a stage is done: are its documents there? Asked softly, the worker decides."""

from collections.abc import Iterable

from dosar.database.form_tables import Record
from dosar.language.form import CASE_FORM
from dosar.language.question import Answers, Question
from dosar.language.text.message import Message
from dosar.language.validation import ValidationIssue
from dosar.pages.context import PageContext
from dosar.records.cases.merge import count_case_sheets


def missing_document_doubts(
    context: PageContext,
    record: Record | None,
    asked: Iterable[Question],
    kept: Answers,
    answers: Answers,
) -> list[ValidationIssue]:
    """The doubt that stands by the day on which a stage was done, while that day is new and a document missing."""
    if record is None or record.form_key != CASE_FORM:
        return []
    new = {one.name for one in asked if answers.get(one.name) not in (None, kept.get(one.name))}
    done = [stage for stage in context.repository.definition.stages.stages if stage.done in new]
    needed = [form for stage in done for form in stage.needs if form in context.seen_forms()]
    filed = count_case_sheets(context.repository, needed, record.id)
    return [
        ValidationIssue(
            (str(stage.done),),
            Message(
                "Not filed yet: %(documents)s. Fill it in first; if it is kept elsewhere, save.",
                {"documents": ", ".join(context.form_title(form) for form in lacking)},
            ),
            soft=True,
        )
        for stage in done
        if (lacking := [form for form in stage.needs if form in needed and form not in filed])
    ]
