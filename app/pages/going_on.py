"""Before the case file says that a stage is done: are its documents there? Asked softly, the worker decides."""

from collections.abc import Iterable

from app.language.answering import Complaint
from app.language.form import CASE
from app.language.message import Message
from app.language.question import Answers, Question
from app.language.texts import say
from app.pages.desk import Desk
from app.records.merging import sheets_of
from app.records.tables import Record


def still_lacking(
    at: Desk, record: Record | None, asked: Iterable[Question], kept: Answers, answers: Answers,
) -> list[Complaint]:
    """The doubt that stands by the day on which a stage was done, while that day is new and a document missing."""
    if record is None or record.form_key != CASE:
        return []
    new = {one.name for one in asked if answers.get(one.name) not in (None, kept.get(one.name))}
    done = [stage for stage in at.cabinet.definition.stages.stages if stage.done in new]
    needed = [form for stage in done for form in stage.needs if form in at.seen_forms()]
    filed = sheets_of(at.cabinet, needed, record.id)
    return [
        Complaint((str(stage.done),), Message(
            "Not filed yet: %(documents)s. Fill it in first; if it is kept elsewhere, save.",
            {"documents": ", ".join(say(at.forms[form].title, at.reading.language) for form in lacking)},
        ), soft=True)
        for stage in done if (lacking := [form for form in stage.needs if form in needed and form not in filed])
    ]
