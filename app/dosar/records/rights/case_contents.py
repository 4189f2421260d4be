"""Everything the database holds on one person, read below the forms that run.

A form that is not picked today keeps its sheets, and a question that left its file keeps its column: they are held,
so they are told, and erased, with the rest.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, MetaData, column, or_, select, table, true

from dosar.database.form_tables import make_tables, row_table_name
from dosar.database.installation.erasure_register import REGISTER_PURPOSE, mark_of
from dosar.database.system_tables import merged_case_table
from dosar.language.form import CASE_FORM, Form
from dosar.language.question import Answers, Question
from dosar.records.history.deployed_forms import deployed_contents, deployed_forms, read_kept_forms
from dosar.records.repository import Repository

_CASE = table(CASE_FORM, column("id"), column("created_at"), column("created_by"))


@dataclass(frozen=True)
class DeployedForms:
    """Every form that has tables, with every question that has columns."""

    forms: Mapping[str, Form]
    tables: MetaData

    def table(self, name: str) -> Any:
        return self.tables.tables[name]


@dataclass(frozen=True)
class HeldRecord:
    """One sheet as it lies in the database, deleted ones too."""

    form: Form
    columns: Mapping[str, Any]
    answers: Answers

    @property
    def id(self) -> int:
        return int(self.columns["id"])


@dataclass(frozen=True)
class RowElsewhere:
    """A row that names her case on a sheet that is not of her case: that she took part in a group activity."""

    form: Form
    table: Question
    record_id: int
    row: Answers


def read_deployed_forms(repository: Repository) -> DeployedForms:
    """The forms as their columns stand in the database."""
    kept = read_kept_forms(repository.session.connection())
    forms = {
        key: _as_it_runs(form, repository.forms.get(key))
        for key, form in deployed_forms(kept, deployed_contents(kept)).items()
    }
    forms |= _not_deployed(repository, kept.versions)
    return DeployedForms(forms, make_tables(forms, indexed=False))


def _as_it_runs(deployed: Form, running: Form | None) -> Form:
    """The questions that run know the choices they once offered; a table of rows keeps all its columns."""
    if running is None:
        return deployed

    def known(question: Question) -> Question:
        now = running.questions.get(question.name)
        return question if now is None or question.columns_asked() else now

    return deployed.with_questions(known)


def _not_deployed(repository: Repository, versions: Collection[str]) -> dict[str, Form]:
    """Forms that run without having been deployed from a folder."""
    return {key: form for key, form in repository.forms.items() if f"form:{key}" not in versions}


def marks_of_cases(repository: Repository, deed: str, among: Sequence[int] | None = None) -> dict[int, str]:
    """Case → the mark by which every copy of the database, also of a later format, knows that this was done with it."""
    key = repository.store.purpose_key(REGISTER_PURPOSE)
    wanted: ColumnElement[bool] = true() if among is None else _CASE.c.id.in_(among)
    rows = repository.session.execute(select(_CASE.c.id, _CASE.c.created_at, _CASE.c.created_by).where(wanted))
    return {row.id: mark_of(key, deed, CASE_FORM, row.id, str(row.created_at)[:19], row.created_by) for row in rows}


def cases_of_person(repository: Repository, case_id: int) -> list[int]:
    """The case, and those that became one with it: they are hers, too."""
    found, new = [case_id], [case_id]
    while new:
        gone = select(merged_case_table.c.case_id).where(merged_case_table.c.into_id.in_(new))
        new = sorted(set(repository.session.scalars(gone)) - set(found))
        found += new
    return found


def held_records(repository: Repository, deployed: DeployedForms, cases: Sequence[int]) -> Iterator[HeldRecord]:
    """Her case file and every sheet of it, in the order of the forms and of time."""
    yield from held_case_files(repository, deployed, cases)
    for form in deployed.forms.values():
        if form.belongs_to:
            yield from _held_in(repository, deployed, form, "case_id", cases)


def held_case_files(repository: Repository, deployed: DeployedForms, cases: Sequence[int]) -> Iterator[HeldRecord]:
    """The case files alone."""
    return _held_in(repository, deployed, deployed.forms[CASE_FORM], "id", cases)


def _held_in(
    repository: Repository, deployed: DeployedForms, form: Form, column: str, cases: Sequence[int]
) -> Iterator[HeldRecord]:
    table = deployed.table(form.key)
    found = repository.session.execute(select(table).where(table.c[column].in_(cases)).order_by(table.c.id))
    return _with_rows(repository, deployed, form, [dict(row._mapping) for row in found])


def _with_rows(
    repository: Repository, deployed: DeployedForms, form: Form, records: Sequence[Mapping[str, Any]]
) -> Iterator[HeldRecord]:
    ids = [record["id"] for record in records]
    rows = {table.name: _rows_of(repository, deployed, form, table, ids) for table in form.row_questions if ids}
    for record in records:
        answers = {question.name: question.restore_answer(record) for question in form.stored_questions}
        yield HeldRecord(
            form, record, {**answers, **{name: found.get(record["id"]) or None for name, found in rows.items()}}
        )


def _rows_of(
    repository: Repository, deployed: DeployedForms, form: Form, question: Question, ids: Sequence[int]
) -> dict[int, list[Answers]]:
    """Record → its rows of this table."""
    table = deployed.table(row_table_name(form.key, question.name))
    found: dict[int, list[Answers]] = {}
    query = select(table).where(table.c.record_id.in_(ids)).order_by(table.c.position, table.c.id)
    for row in repository.session.execute(query):
        found.setdefault(row.record_id, []).append(_row_answers(question, dict(row._mapping)))
    return found


def _row_answers(question: Question, row: Mapping[str, Any]) -> Answers:
    return {"id": row["id"], **{column.name: column.restore_answer(row) for column in question.columns_asked()}}


def rows_elsewhere(repository: Repository, deployed: DeployedForms, cases: Sequence[int]) -> Iterator[RowElsewhere]:
    """The rows that name her case on sheets of no case, or of somebody else's."""
    for form in deployed.forms.values():
        for question in form.row_questions:
            links = [column.name for column in question.columns_asked() if column.link_target() == CASE_FORM]
            if links:
                yield from _rows_naming(repository, deployed, form, question, links, cases)


def _rows_naming(
    repository: Repository,
    deployed: DeployedForms,
    form: Form,
    question: Question,
    links: Sequence[str],
    cases: Sequence[int],
) -> Iterator[RowElsewhere]:
    table = deployed.table(row_table_name(form.key, question.name))
    named = select(table).where(or_(*[table.c[name].in_(cases) for name in links])).order_by(table.c.id)
    if form.belongs_to:
        named = named.where(table.c.case_id.not_in(cases))
    for row in repository.session.execute(named):
        answers = {name: cell for name, cell in _row_answers(question, dict(row._mapping)).items() if name not in links}
        yield RowElsewhere(form, question, row.record_id, answers)
