"""Entering, correcting, deleting and restoring sheets: one transaction each, with its history."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import bindparam, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.attributes import flag_modified
from sqlalchemy.orm.exc import StaleDataError

from dosar.database.form_tables import Record, StoredRow, column_names, sort_column, sort_value, word_sorted_questions
from dosar.database.system_tables import code_series_table, post_token_table, team_table, utc_now
from dosar.database.union_reads import UnionQuery
from dosar.language.form import CASE_FORM, Form
from dosar.language.question import Answers, Question
from dosar.language.text.message import Mistake
from dosar.language.validation import missing_questions
from dosar.records import audit_log
from dosar.records.attachments import adopt_files
from dosar.records.issued_codes import is_code_taken
from dosar.records.reliance import select_reliance
from dosar.records.repository import Repository
from dosar.records.row_scope import SYSTEM_SCOPE, OutOfReach, acting_as
from dosar.records.search import index_words

_INSERT_TOKEN = insert(post_token_table)
_RECORD_BY_TOKEN = select(post_token_table.c.record_id).where(
    post_token_table.c.token == bindparam("of_token"), post_token_table.c.form == bindparam("of_form")
)
NO_MARKS: Mapping[str, Any] = MappingProxyType({})


class EditConflict(Exception):
    """Somebody else corrected the record since this worker opened it."""


class SheetExists(Exception):
    """The case has its one sheet of this form."""

    def __init__(self, record_id: int) -> None:
        self.record_id = record_id
        super().__init__()


@dataclass(frozen=True)
class Actor:
    """Who files, in which role, on which day."""

    user_id: int | None
    role: str
    today: date
    checked: bool = False
    """What she files waits for another worker's acceptance."""
    roles: frozenset[str] | None = None
    """All her roles: answers that only others write are not taken from her. ``None`` for nobody in particular."""

    def written(self, form: Form, answers: Mapping[str, Any], before: Answers) -> Answers:
        """The answers as far as she may write them, and those ``before`` where only others do, or nobody."""
        others = (
            {}
            if self.roles is None
            else {
                question.name: before.get(question.name)
                for question in form.questions.values()
                if not question.is_written_by(self.roles)
            }
        )
        rows = {
            table.name: table.joined(answers.get(table.name), before.get(table.name)) for table in form.row_questions
        }
        return {**answers, **rows, **others}


@dataclass
class Sheet:
    """A record with all its answers in hand."""

    form: Form
    record: Record
    answers: Answers
    case: Record | None = None


def open_sheet(repository: Repository, form: str, record_id: int, with_deleted: bool = False) -> Sheet:
    """The sheet with its rows: one statement, and one for each table of rows. Raises :class:`OutOfReach`."""
    record, case = repository.find_with_case(form, record_id, with_deleted)
    return Sheet(repository.forms[form], record, answers_of(repository, record), case)


def answers_of(repository: Repository, record: Record, with_rows_of: Answers | None = None) -> Answers:
    """Every answer of the record, rows as dicts with their id; the rows may be known already."""
    form = repository.forms[record.form_key]
    columns = record.columns()
    answers: Answers = {question.name: question.restore_answer(columns) for question in form.stored_questions}
    if with_rows_of is not None:
        return {**answers, **{table.name: with_rows_of.get(table.name) for table in form.row_questions}}
    for question, rows in zip(form.row_questions, _stored_rows(repository, record, form), strict=True):
        answers[question.name] = _answers_of_rows(question, rows)
    return answers


def _answers_of_rows(table: Question, rows: Iterable[Mapping[str, Any]]) -> list[Answers] | None:
    """The rows of a table, from their columns."""
    asked = table.columns_asked()
    return [{"id": row["id"], **{column.name: column.restore_answer(row) for column in asked}} for row in rows] or None


def _stored_rows(repository: Repository, record: Record, form: Form) -> list[list[dict[str, Any]]]:
    """The rows of every table on the sheet, in their order: one statement for all."""
    if not form.row_questions:
        return []
    asked: UnionQuery = repository.statement(
        ("rows", form.key),
        lambda: UnionQuery.of([_rows_query(repository, form, question) for question in form.row_questions]),
    )
    found = asked.read(repository.session, {"of_record": record.id})
    return [sorted(rows, key=lambda row: (row["position"], row["id"])) for rows in found]


def _rows_query(repository: Repository, form: Form, table: Question) -> tuple[Any, ...]:
    kept: Any = repository.tables.rows[form.key, table.name]
    names = [name for one in table.columns_asked() for name in column_names(one)]
    columns = [kept.position, kept.id, *[getattr(kept, name) for name in names]]
    return kept, columns, [kept.record_id == bindparam("of_record")]


def enter_sheet(
    repository: Repository,
    form: Form,
    answers: Answers,
    actor: Actor,
    case_id: int | None = None,
    token: str = "",
    reason: str = "",
    marks: Mapping[str, Any] = NO_MARKS,
) -> int:
    """File a new sheet; returns its record's id.

    The same ``token`` a second time files nothing and returns the first record: a double click, a
    retry or the Back button makes one record. ``marks`` are columns of the record beside its answers.
    Raises :class:`SheetExists` for a second sheet where a case has at most one, and :class:`OutOfReach`.
    """
    if token and (filed := record_filed_before(repository, form, token)):
        return filed
    try:
        with repository.writing():
            if (there := only_sheet_of_case(repository, form, case_id)) is not None:
                raise SheetExists(there)
            record, kept = _new_record(repository, form, actor.written(form, answers, {}), actor, case_id, marks)
            if token:
                repository.session.execute(
                    _INSERT_TOKEN, {"token": token, "form": form.key, "record_id": record.id, "at": utc_now()}
                )
            changes = audit_log.answer_differences(form, {}, kept)
            audit_log.note_change(repository, record, "entered", actor.user_id, changes, reason)
            record_id: int = record.id
        return record_id
    except (SheetExists, IntegrityError):
        if token and (filed := record_filed_before(repository, form, token)):
            return filed
        raise


def only_sheet_of_case(repository: Repository, form: Form, case_id: int | None) -> int | None:
    """The sheet that the case has, of a form of which it has at most one; also one out of the worker's reach."""
    if not form.one_per_case or not form.belongs_to:
        return None
    kept: Any = repository.record_class(form.key)
    with acting_as(SYSTEM_SCOPE):
        there: int | None = repository.session.scalar(select(func.min(kept.id)).where(kept.case_id == case_id))
    return there


def record_filed_before(repository: Repository, form: Form, token: str) -> int | None:
    """The record that a post with this token has filed already."""
    filed: int | None = repository.session.scalar(_RECORD_BY_TOKEN, {"of_token": token, "of_form": form.key})
    return filed


def _new_record(
    repository: Repository, form: Form, answers: Answers, actor: Actor, case_id: int | None, marks: Mapping[str, Any]
) -> tuple[Record, Answers]:
    """The record, and its answers as they are kept."""
    moment = utc_now()
    record = repository.record_class(form.key)()
    for name, value in marks.items():
        setattr(record, name, value)
    record.form_version = form.version
    record.created_by = record.changed_by = actor.user_id
    record.created_at = record.changed_at = moment
    record.to_check = actor.checked or None
    if form.belongs_to:
        if case_id is None:
            raise OutOfReach(CASE_FORM)
        record.case_id = case_id
    answers = _with_issued_codes(repository, form, answers, actor.today)
    _put_answers(record, form, answers)
    record.lacking = len(missing_questions(form, answers, actor.today))
    repository.session.add(record)
    repository.session.flush()
    if form.key == CASE_FORM:
        _open_team(repository, record.id, actor)
    laid = {
        table.name: _put_rows(repository, record, table, answers.get(table.name) or [], {})
        for table in form.row_questions
    }
    repository.session.flush()
    adopt_files(repository, form, record.id, {}, answers)
    index_words(repository, form, record, answers)
    return record, answers_of(repository, record, _rows_as_kept(form, laid))


def _rows_as_kept(form: Form, laid: Mapping[str, list[StoredRow]]) -> Answers:
    """The rows of these tables, just put, as they are kept."""
    return {
        name: _answers_of_rows(form.questions[name], [row.columns() for row in rows]) for name, rows in laid.items()
    }


def _open_team(repository: Repository, case_id: int, actor: Actor) -> None:
    """Whoever opens a case works on it."""
    if actor.user_id is not None:
        repository.session.execute(
            insert(team_table).values(
                case_id=case_id,
                user_id=actor.user_id,
                role=actor.role,
                since=actor.today,
                leads=repository.definition.roles.leads(actor.role),
            )
        )


def _put_answers(record: Record, form: Form, answers: Answers) -> None:
    _put_columns(record, form.stored_questions, answers)
    for question in word_sorted_questions(form):
        setattr(record, sort_column(question), sort_value(answers.get(question.name)))


def _put_columns(kept: Record | StoredRow, questions: Iterable[Question], answers: Answers) -> None:
    for question in questions:
        for name, value in question.stored(answers.get(question.name)).items():
            setattr(kept, name, value)


def _with_issued_codes(repository: Repository, form: Form, answers: Answers, today: date) -> Answers:
    """The answers with a fresh code wherever a numbered question was left empty."""
    issued = dict(answers)
    for question in form.stored_questions:
        if question.issued and not issued.get(question.name):
            issued[question.name] = _issue_code(repository, form, question, answers, today)
    return issued


def _issue_code(repository: Repository, form: Form, question: Any, answers: Answers, today: date) -> str:
    """The next code of its series that no record has: codes typed by hand are stepped over."""
    within = answers.get(question.numbered_within) if question.numbered_within else None
    series = f"{question.name[:30]}@{within}" if question.numbered_within else question.name
    while True:
        code: str = question.make_code(_next_number(repository, form, series, today), today)
        if not is_code_taken(repository, form, question, code, answers):
            return code


def _next_number(repository: Repository, form: Form, series_of: str, today: date) -> int:
    dialect = postgresql if repository.store.engine.dialect.name == "postgresql" else sqlite
    series = {"form": form.key, "question": series_of, "year": today.year}
    counted = dialect.insert(code_series_table).values(**series, last=1)
    counted = counted.on_conflict_do_update(
        index_elements=list(series), set_={"last": code_series_table.c.last + 1}
    ).returning(code_series_table.c.last)
    return int(repository.session.execute(counted).scalar_one())


def _rows_by_id(repository: Repository, record: Record, table: Question) -> dict[int | None, StoredRow]:
    kept = repository.tables.rows[record.form_key, table.name]
    return {row.id: row for row in repository.session.scalars(select(kept).where(kept.record_id == record.id))}


def _put_rows(
    repository: Repository, record: Record, table: Question, rows: list[Answers], stored: dict[int | None, StoredRow]
) -> list[StoredRow]:
    """Make the stored rows of a table those given: kept by id, new ones added, others removed."""
    kept, laid = repository.tables.rows[record.form_key, table.name], []
    for position, answers in enumerate(rows):
        row = stored.pop(answers.get("id"), None)
        if row is None:
            row = kept()
            row.record_id = record.id
            if kept.case_column:
                row.case_id = getattr(record, str(record.case_column))
            repository.session.add(row)
        row.position = position
        _put_columns(row, table.columns_asked(), answers)
        laid.append(row)
    for row in stored.values():
        repository.session.delete(row)
    return laid


def correct_sheet(
    repository: Repository,
    form: Form,
    record_id: int,
    seen_version: int,
    answers: Mapping[str, Any],
    actor: Actor,
    reason: str = "",
) -> Record:
    """Put these answers (of some or all questions) in place of the record's.

    Raises :class:`EditConflict` when the record is no longer the version that was seen, and
    :class:`OutOfReach`.
    """
    try:
        with repository.writing():
            record = repository.find(form.key, record_id)
            _refuse_ledger(form)
            if record.version != seen_version:
                raise EditConflict
            before = answers_of(repository, record)
            after = _replace_answers(
                repository, form, record, actor.written(form, {**before, **answers}, before), before, actor
            )
            changes = audit_log.answer_differences(form, before, after)
            if changes:
                audit_log.note_change(repository, record, "corrected", actor.user_id, changes, reason)
                _mark_to_check(repository, record, actor)
        return record
    except StaleDataError:
        raise EditConflict from None


def _replace_answers(
    repository: Repository, form: Form, record: Record, answers: Answers, before: Answers, actor: Actor
) -> Answers:
    """Put the answers in place of those before; returns them as they are kept. What did not change stays
    untouched: most pages show no table, and no name."""
    record.changed_by, record.changed_at = actor.user_id, utc_now()
    flag_modified(record, "changed_at")  # within the same second too, a change of rows is a new version
    record.form_version = form.version
    _put_answers(record, form, answers)
    record.lacking = len(missing_questions(form, answers, actor.today))
    tables = [
        question for question in form.row_questions if (answers.get(question.name) or None) != before.get(question.name)
    ]
    laid = {
        table.name: _put_rows(
            repository, record, table, answers.get(table.name) or [], _rows_by_id(repository, record, table)
        )
        for table in tables
    }
    repository.session.flush()
    adopt_files(repository, form, record.id, before, answers)
    if any(
        answers.get(question.name) != before.get(question.name)
        for question in form.questions.values()
        if question.search
    ):
        index_words(repository, form, record, answers)
    return answers_of(repository, record, {**before, **_rows_as_kept(form, laid)})


def _mark_to_check(repository: Repository, record: Record, actor: Actor) -> None:
    """What is corrected by somebody whose sheets others accept waits for them; whoever else corrects what
    waits has looked at it, and the history tells that she accepted it."""
    if actor.checked:
        record.to_check = True
    else:
        accept_record(repository, record, actor)


def accept_record(repository: Repository, record: Record, actor: Actor) -> None:
    """Let the record count from now on, and tell so."""
    if record.to_check:
        record.to_check = None
        audit_log.note_change(repository, record, "accepted", actor.user_id, {})


def delete_sheet(repository: Repository, form: Form, record_id: int, actor: Actor) -> Record:
    """Delete softly: the record leaves every list, and can come back. A case goes with its sheets.

    Raises :class:`OutOfReach`, also for an entry of a ledger.
    """
    with repository.writing():
        record = repository.find(form.key, record_id)
        _refuse_ledger(form)
        moment = utc_now()
        record.deleted_at, record.deleted_by = moment, actor.user_id
        audit_log.note_change(repository, record, "deleted", actor.user_id, {})
        if form.key == CASE_FORM:
            _mark_sheets(repository, record_id, None, moment, actor)
    return record


def withdraw_sheet(repository: Repository, form: Form, record_id: int, actor: Actor) -> Record:
    """Put away what the worker entered herself by mistake.

    Raises :class:`Mistake` when others rely on it by now, and :class:`OutOfReach`.
    """
    with repository.writing():
        require_unrelied(repository, repository.find(form.key, record_id), actor)
        return delete_sheet(repository, form, record_id, actor)


def require_unrelied(repository: Repository, record: Record, actor: Actor) -> None:
    """Raises :class:`Mistake` for what the worker entered herself and others rely on by now."""
    if record.created_by == actor.user_id and _others_rely_on(repository, record, actor):
        raise Mistake(
            "This cannot be taken back: others have worked on it since, or its ledger has an entry. "
            "Ask somebody who may delete it."
        )


def _others_rely_on(repository: Repository, record: Record, actor: Actor) -> bool:
    if record.changed_by != actor.user_id:
        return True
    if record.form_key != CASE_FORM:
        return False
    with acting_as(SYSTEM_SCOPE):
        return bool(
            repository.session.scalar(select_reliance(repository.tables.records.values(), record.id, actor.user_id))
        )


def restore_sheet(repository: Repository, form: Form, record_id: int, actor: Actor) -> Record:
    """Undo a deletion; with a case come back the sheets that went with it.

    Raises :class:`Mistake` for a sheet whose case is put away, and :class:`OutOfReach`.
    """
    with repository.writing():
        record = repository.find(form.key, record_id, with_deleted=True)
        moment = record.deleted_at
        if moment is not None:
            if form.belongs_to:
                _require_its_case(repository, record)
                _require_no_other(repository, form, record)
            record.deleted_at = record.deleted_by = None
            audit_log.note_change(repository, record, "restored", actor.user_id, {})
            if form.key == CASE_FORM:
                _mark_sheets(repository, record_id, moment, None, actor)
    return record


def _require_its_case(repository: Repository, record: Record) -> None:
    """A sheet by itself would stand in lists, and lead to no case."""
    with acting_as(SYSTEM_SCOPE):
        try:
            repository.case(record.case_id)
        except OutOfReach:
            raise Mistake("The case of this sheet was deleted. Bring the case back first.") from None


def _require_no_other(repository: Repository, form: Form, record: Record) -> None:
    if only_sheet_of_case(repository, form, record.case_id) is not None:
        raise Mistake("The case has another sheet of this form by now, and it can have one only.")


def _refuse_ledger(form: Form) -> None:
    """An entry of a ledger is neither corrected nor deleted: :func:`dosar.records.ledger.reverse_entry`."""
    if form.append_only:
        raise OutOfReach(f"change {form.key}")


def _mark_sheets(
    repository: Repository, case_id: int, was: datetime | None, becomes: datetime | None, actor: Actor
) -> None:
    """Put the sheets of a case away, or bring back those that went at the moment ``was``.

    The worker may do this to the case; that is the right that counts. Each sheet's history tells it.
    """
    action = audit_log.LEFT_WITH_CASE if was is None else audit_log.BACK_WITH_CASE
    repository.session.flush()
    for kept in repository.belongings:
        if kept.goes_with_case:
            theirs = (kept.table.c.case_id == case_id) & kept.table.c.deleted_at.is_not_distinct_from(was)
            audit_log.note_with_case(repository, kept, theirs, action, actor.user_id)
            repository.session.execute(
                update(kept.table)
                .where(theirs)
                .values(deleted_at=becomes, deleted_by=None if becomes is None else actor.user_id)
            )
