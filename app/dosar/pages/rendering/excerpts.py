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
from dosar.pages.linked_titles import RecordTitles, linked_ids
from dosar.pages.rendering.record_view import ShownSection, shown_question
from dosar.records.links.backlinks import links_to_form
from dosar.records.titles import link_titles, title_of_record, title_questions


def sheet_excerpts(context: PageContext, record: Record, case: Record | None) -> list[ShownSection]:
    """A section for each sheet of the case that links here and has an excerpt: one statement, or none."""
    known = context.seen_forms()
    telling = [form for form in known.values() if form.excerpt and links_to_form(form, record.form_key)]
    if case is None or not telling:
        return []
    case_query = CaseQuery(context.repository, known, case)
    for form in telling:
        _query_excerpt(case_query, form, record)
    case_query.read()
    sheets = [sheet for form in telling for sheet in _excerpt_sheets(case_query, form)]
    titles = _excerpt_titles(context, sheets)
    return [_excerpt_section(context, sheet, titles) for sheet in sheets]


def _query_excerpt(case_query: CaseQuery, form: Form, record: Record) -> None:
    record_class: Any = case_query.repository.record_class(form.key)
    links_here = or_(
        *[getattr(record_class, question.name) == record.id for question in links_to_form(form, record.form_key)]
    )
    tables = [name for name in form.excerpt if form.questions[name].columns_asked()]
    names = {*form.excerpt, *(question.name for question in title_questions(form))} - set(tables)
    case_query.ask(form.key, form.key, sorted(names), links_here)
    for table in tables:
        rows: Any = case_query.repository.tables.rows[form.key, table]
        case_query.ask_rows(
            (form.key, table), form.key, table, rows.record_id.in_(select(record_class.id).where(links_here))
        )


@dataclass(frozen=True)
class _ExcerptSheet:
    """A sheet that links here: its title's answers, and those of its excerpt."""

    form: Form
    record_id: int
    answers: Answers
    excerpt: Answers


def _excerpt_sheets(case_query: CaseQuery, form: Form) -> Iterator[_ExcerptSheet]:
    """In the order they were entered."""
    for record_id, answers in sorted(case_query.answers(form.key, form.key), key=lambda found: found[0]):
        excerpt = {name: _excerpt_answer(case_query, form, name, record_id, answers) for name in form.excerpt}
        yield _ExcerptSheet(form, record_id, answers, excerpt)


def _excerpt_titles(context: PageContext, sheets: Sequence[_ExcerptSheet]) -> RecordTitles:
    """What the records are called that the excerpts point to: no statement where there are none."""
    ids_by_form: dict[str, set[int]] = {}
    for sheet in sheets:
        for target, ids in linked_ids([sheet.form.questions[name] for name in sheet.excerpt], sheet.excerpt).items():
            ids_by_form.setdefault(target, set()).update(ids)
    return link_titles(context.repository, context.named_forms(), ids_by_form, context.reading, with_deleted=True)


def _excerpt_section(context: PageContext, sheet: _ExcerptSheet, titles: RecordTitles) -> ShownSection:
    """The sheet under its own name."""
    name = title_of_record(sheet.form, sheet.answers, context.reading, sheet.record_id)
    return ShownSection(
        f"{text_in_language(sheet.form.title, context.reading.language)}: {name}",
        "",
        [
            shown_question(context, sheet.form.questions[question_name], answer, titles)
            for question_name, answer in sheet.excerpt.items()
            if answer is not None
        ],
    )


def _excerpt_answer(case_query: CaseQuery, form: Form, name: str, record_id: int, answers: Answers) -> Any:
    if not form.questions[name].columns_asked():
        return answers.get(name)
    rows = case_query.answers_of_rows((form.key, name), form.key, name)
    return [row for of_record, row in rows if of_record == record_id] or None
