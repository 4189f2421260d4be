"""What sheets say on the page of the sheet they link to: a plan shows what each of its amendments changed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import or_, select

from app.language.form import Form
from app.language.question import Answers
from app.language.texts import say
from app.pages.desk import Desk
from app.pages.filling import Titles, linked_ids
from app.pages.reading_sheet import ReadSection, read_question
from app.records.glancing import Glance
from app.records.hanging import links_to
from app.records.labels import link_titles, title, title_questions
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
    told = [one for form in telling for one in _told(look, form)]
    titles = _titles(at, told)
    return [_section(at, one, titles) for one in told]


def _ask(look: Glance, form: Form, record: Record) -> None:
    kept: Any = look.cabinet.record_class(form.key)
    here = or_(*[getattr(kept, question.name) == record.id for question in links_to(form, record.form_key)])
    tables = [name for name in form.excerpt if form.questions[name].columns_asked()]
    names = {*form.excerpt, *(one.name for one in title_questions(form))} - set(tables)
    look.ask(form.key, form.key, sorted(names), here)
    for table in tables:
        rows: Any = look.cabinet.tables.rows[form.key, table]
        look.ask_rows((form.key, table), form.key, table, rows.record_id.in_(select(kept.id).where(here)))


@dataclass(frozen=True)
class _Telling:
    """A sheet that links here: its title's answers, and those of its excerpt."""

    form: Form
    record_id: int
    answers: Answers
    said: Answers


def _told(look: Glance, form: Form) -> Iterator[_Telling]:
    """In the order they were entered."""
    for record_id, answers in sorted(look.answers(form.key, form.key), key=lambda found: found[0]):
        said = {asked: _answer(look, form, asked, record_id, answers) for asked in form.excerpt}
        yield _Telling(form, record_id, answers, said)


def _titles(at: Desk, told: Sequence[_Telling]) -> Titles:
    """What the records are called that the excerpts point to: no statement where there are none."""
    wanted: dict[str, set[int]] = {}
    for one in told:
        for target, ids in linked_ids([one.form.questions[name] for name in one.said], one.said).items():
            wanted.setdefault(target, set()).update(ids)
    return link_titles(at.cabinet, at.named_forms(), wanted, at.reading, with_deleted=True)


def _section(at: Desk, one: _Telling, titles: Titles) -> ReadSection:
    """The sheet under its own name."""
    name = title(one.form, one.answers, at.reading, one.record_id)
    return ReadSection(f"{say(one.form.title, at.reading.language)}: {name}", "", [
        read_question(at, one.form.questions[asked], answer, titles)
        for asked, answer in one.said.items() if answer is not None
    ])


def _answer(look: Glance, form: Form, name: str, record_id: int, answers: Answers) -> Any:
    rows = look.row_answers((form.key, name), form.key, name) if form.questions[name].columns_asked() else []
    return answers.get(name) if not form.questions[name].columns_asked() else [
        row for of_record, row in rows if of_record == record_id
    ] or None
