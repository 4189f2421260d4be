"""What sheets say on the page of the sheet they link to: a plan shows what each of its amendments changed."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import or_, select

from app.language.form import Form
from app.language.question import Answers
from app.language.texts import say
from app.pages.desk import Desk
from app.pages.reading_sheet import ReadSection, read_question
from app.records.glancing import Glance
from app.records.hanging import links_to
from app.records.labels import title, title_questions
from app.records.tables import Record


def excerpts(at: Desk, record: Record, case: Record | None) -> list[ReadSection]:
    """A section for each sheet of the case that links here and has an excerpt: one statement, or none."""
    known = at.seen_forms()
    telling = [form for form in known.values() if form.excerpt and links_to(form, record.form_key)]
    if case is None or not telling:
        return []
    look = Glance(at.cabinet, known, case)
    for form in telling:
        _ask(look, form, record)
    look.read()
    return [section for form in telling for section in _sections(at, look, form)]


def _ask(look: Glance, form: Form, record: Record) -> None:
    kept: Any = look.cabinet.record_class(form.key)
    here = or_(*[getattr(kept, question.name) == record.id for question in links_to(form, record.form_key)])
    tables = [name for name in form.excerpt if form.questions[name].columns_asked()]
    names = {*form.excerpt, *(one.name for one in title_questions(form))} - set(tables)
    look.ask(form.key, form.key, sorted(names), here)
    for table in tables:
        rows: Any = look.cabinet.tables.rows[form.key, table]
        look.ask_rows((form.key, table), form.key, table, rows.record_id.in_(select(kept.id).where(here)))


def _sections(at: Desk, look: Glance, form: Form) -> Iterator[ReadSection]:
    """Each sheet under its own name, in the order they were entered."""
    for record_id, answers in sorted(look.answers(form.key, form.key), key=lambda found: found[0]):
        name = title(form, answers, at.reading, record_id)
        said = {asked: _answer(look, form, asked, record_id, answers) for asked in form.excerpt}
        yield ReadSection(f"{say(form.title, at.reading.language)}: {name}", "", [
            read_question(at, form.questions[asked], answer, {}) for asked, answer in said.items() if answer is not None
        ])


def _answer(look: Glance, form: Form, name: str, record_id: int, answers: Answers) -> Any:
    rows = look.row_answers((form.key, name), form.key, name) if form.questions[name].columns_asked() else []
    return answers.get(name) if not form.questions[name].columns_asked() else [
        row for of_record, row in rows if of_record == record_id
    ] or None
