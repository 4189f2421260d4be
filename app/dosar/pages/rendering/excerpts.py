"""What sheets say on the page of the sheet they link to: a plan shows what each of its amendments changed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import or_, select

from dosar.database.form_tables import Record
from dosar.language.form import Form
from dosar.language.question import Answers
from dosar.language.text.texts import text_in_language
from dosar.overview.case_query import CaseQuery
from dosar.pages.context import PageContext
from dosar.pages.rendering.linked_titles import RecordTitles, linked_ids
from dosar.pages.rendering.record_view import ReadSection, read_question
from dosar.records.links.backlinks import links_to_form
from dosar.records.titles import link_titles, title_of_record, title_questions


def sheet_excerpts(context: PageContext, record: Record, case: Record | None) -> list[ReadSection]:
    """A section for each sheet of the case that links here and has an excerpt: one statement, or none."""
    known = context.seen_forms()
    telling = [form for form in known.values() if form.excerpt and links_to_form(form, record.form_key)]
    if case is None or not telling:
        return []
    look = CaseQuery(context.repository, known, case)
    for form in telling:
        _query_excerpt(look, form, record)
    look.read()
    told = [sheet for form in telling for sheet in _excerpt_sheets(look, form)]
    titles = _excerpt_titles(context, told)
    return [_excerpt_section(context, one, titles) for one in told]


def _query_excerpt(look: CaseQuery, form: Form, record: Record) -> None:
    kept: Any = look.repository.record_class(form.key)
    here = or_(*[getattr(kept, question.name) == record.id for question in links_to_form(form, record.form_key)])
    tables = [name for name in form.excerpt if form.questions[name].columns_asked()]
    names = {*form.excerpt, *(one.name for one in title_questions(form))} - set(tables)
    look.ask(form.key, form.key, sorted(names), here)
    for table in tables:
        rows: Any = look.repository.tables.rows[form.key, table]
        look.ask_rows((form.key, table), form.key, table, rows.record_id.in_(select(kept.id).where(here)))


@dataclass(frozen=True)
class _ExcerptSheet:
    """A sheet that links here: its title's answers, and those of its excerpt."""

    form: Form
    record_id: int
    answers: Answers
    said: Answers


def _excerpt_sheets(look: CaseQuery, form: Form) -> Iterator[_ExcerptSheet]:
    """In the order they were entered."""
    for record_id, answers in sorted(look.answers(form.key, form.key), key=lambda found: found[0]):
        said = {asked: _excerpt_answer(look, form, asked, record_id, answers) for asked in form.excerpt}
        yield _ExcerptSheet(form, record_id, answers, said)


def _excerpt_titles(context: PageContext, told: Sequence[_ExcerptSheet]) -> RecordTitles:
    """What the records are called that the excerpts point to: no statement where there are none."""
    wanted: dict[str, set[int]] = {}
    for one in told:
        for target, ids in linked_ids([one.form.questions[name] for name in one.said], one.said).items():
            wanted.setdefault(target, set()).update(ids)
    return link_titles(context.repository, context.named_forms(), wanted, context.reading, with_deleted=True)


def _excerpt_section(context: PageContext, one: _ExcerptSheet, titles: RecordTitles) -> ReadSection:
    """The sheet under its own name."""
    name = title_of_record(one.form, one.answers, context.reading, one.record_id)
    return ReadSection(
        f"{text_in_language(one.form.title, context.reading.language)}: {name}",
        "",
        [
            read_question(context, one.form.questions[asked], answer, titles)
            for asked, answer in one.said.items()
            if answer is not None
        ],
    )


def _excerpt_answer(look: CaseQuery, form: Form, name: str, record_id: int, answers: Answers) -> Any:
    rows = look.answers_of_rows((form.key, name), form.key, name) if form.questions[name].columns_asked() else []
    return (
        answers.get(name)
        if not form.questions[name].columns_asked()
        else [row for of_record, row in rows if of_record == record_id] or None
    )
