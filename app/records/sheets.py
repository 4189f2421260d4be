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

from app.language.answering import missing
from app.language.form import CASE, Form
from app.language.message import Mistake
from app.language.question import Answers, Question
from app.records import history
from app.records.attachments import adopt
from app.records.cabinet import Cabinet
from app.records.codes import is_taken
from app.records.relied import relied_on
from app.records.scope import SYSTEM, OutOfReach, acting_as
from app.records.search import index_words
from app.records.system import now, number, once, team
from app.records.tables import Record, Row, column_names, sort_column, sort_value, sorted_by_words
from app.records.together import Together

_FILED = insert(once)
_FILED_BEFORE = select(once.c.record_id).where(
    once.c.token == bindparam("of_token"), once.c.form == bindparam("of_form")
)
NO_MARKS: Mapping[str, Any] = MappingProxyType({})


class Clash(Exception):
    """Somebody else corrected the record since this worker opened it."""


class AlreadyThere(Exception):
    """The case has its one sheet of this form."""

    def __init__(self, record_id: int) -> None:
        self.record_id = record_id
        super().__init__()


@dataclass(frozen=True)
class Clerk:
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
        others = {} if self.roles is None else {
            question.name: before.get(question.name)
            for question in form.questions.values() if not question.is_written_by(self.roles)
        }
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


def open_sheet(cabinet: Cabinet, form: str, record_id: int, with_deleted: bool = False) -> Sheet:
    """The sheet with its rows: one statement, and one for each table of rows."""
    record, case = cabinet.find_with_case(form, record_id, with_deleted)
    return Sheet(cabinet.forms[form], record, answers_of(cabinet, record), case)


def answers_of(cabinet: Cabinet, record: Record, with_rows_of: Answers | None = None) -> Answers:
    """Every answer of the record, rows as dicts with their id; the rows may be known already."""
    form = cabinet.forms[record.form_key]
    columns = record.columns()
    answers: Answers = {question.name: question.restored(columns) for question in form.stored_questions}
    if with_rows_of is not None:
        return {**answers, **{table.name: with_rows_of.get(table.name) for table in form.row_questions}}
    for question, rows in zip(form.row_questions, _stored_rows(cabinet, record, form), strict=True):
        answers[question.name] = _answered(question, rows)
    return answers


def _answered(table: Question, rows: Iterable[Mapping[str, Any]]) -> list[Answers] | None:
    """The rows of a table, from their columns."""
    asked = table.columns_asked()
    return [{"id": row["id"], **{column.name: column.restored(row) for column in asked}} for row in rows] or None


def _stored_rows(cabinet: Cabinet, record: Record, form: Form) -> list[list[dict[str, Any]]]:
    """The rows of every table on the sheet, in their order: one statement for all."""
    if not form.row_questions:
        return []
    asked: Together = cabinet.statement(("rows", form.key), lambda: Together.of([
        _row_part(cabinet, form, question) for question in form.row_questions
    ]))
    found = asked.read(cabinet.session, {"of_record": record.id})
    return [sorted(rows, key=lambda row: (row["position"], row["id"])) for rows in found]


def _row_part(cabinet: Cabinet, form: Form, table: Question) -> tuple[Any, ...]:
    kept: Any = cabinet.tables.rows[form.key, table.name]
    names = [name for one in table.columns_asked() for name in column_names(one)]
    columns = [kept.position, kept.id, *[getattr(kept, name) for name in names]]
    return kept, columns, [kept.record_id == bindparam("of_record")]


def enter(
    cabinet: Cabinet, form: Form, answers: Answers, clerk: Clerk,
    case_id: int | None = None, token: str = "", reason: str = "", marks: Mapping[str, Any] = NO_MARKS,
) -> int:
    """File a new sheet; returns its record's id.

    The same ``token`` a second time files nothing and returns the first record: a double click, a
    retry or the Back button makes one record. ``marks`` are columns of the record beside its answers.
    Raises :class:`AlreadyThere` for a second sheet where a case has at most one, and :class:`OutOfReach`.
    """
    if token and (filed := filed_before(cabinet, form, token)):
        return filed
    try:
        with cabinet.writing():
            if (there := the_one_sheet(cabinet, form, case_id)) is not None:
                raise AlreadyThere(there)
            record, kept = _new_record(cabinet, form, clerk.written(form, answers, {}), clerk, case_id, marks)
            if token:
                cabinet.session.execute(_FILED, {
                    "token": token, "form": form.key, "record_id": record.id, "at": now()
                })
            changes = history.differences(form, {}, kept)
            history.note(cabinet, record, "entered", clerk.user_id, changes, reason)
            record_id: int = record.id
        return record_id
    except (AlreadyThere, IntegrityError):
        if token and (filed := filed_before(cabinet, form, token)):
            return filed
        raise


def the_one_sheet(cabinet: Cabinet, form: Form, case_id: int | None) -> int | None:
    """The sheet that the case has, of a form of which it has at most one; also one out of the worker's reach."""
    if not form.one_per_case or not form.belongs_to:
        return None
    kept: Any = cabinet.record_class(form.key)
    with acting_as(SYSTEM):
        there: int | None = cabinet.session.scalar(select(func.min(kept.id)).where(kept.case_id == case_id))
    return there


def filed_before(cabinet: Cabinet, form: Form, token: str) -> int | None:
    """The record that a post with this token has filed already."""
    filed: int | None = cabinet.session.scalar(_FILED_BEFORE, {"of_token": token, "of_form": form.key})
    return filed


def _new_record(
    cabinet: Cabinet, form: Form, answers: Answers, clerk: Clerk, case_id: int | None, marks: Mapping[str, Any]
) -> tuple[Record, Answers]:
    """The record, and its answers as they are kept."""
    moment = now()
    record = cabinet.record_class(form.key)()
    for name, value in marks.items():
        setattr(record, name, value)
    record.form_version = form.version
    record.created_by = record.changed_by = clerk.user_id
    record.created_at = record.changed_at = moment
    record.to_check = clerk.checked or None
    if form.belongs_to:
        if case_id is None:
            raise OutOfReach(CASE)
        record.case_id = case_id
    answers = _with_codes(cabinet, form, answers, clerk.today)
    _put_answers(record, form, answers)
    record.lacking = len(missing(form, answers, clerk.today))
    cabinet.session.add(record)
    cabinet.session.flush()
    if form.key == CASE:
        _open_team(cabinet, record.id, clerk)
    laid = {
        table.name: _put_rows(cabinet, record, table, answers.get(table.name) or [], {})
        for table in form.row_questions
    }
    cabinet.session.flush()
    adopt(cabinet, form, record.id, {}, answers)
    index_words(cabinet, form, record, answers)
    return record, answers_of(cabinet, record, _as_kept(form, laid))


def _as_kept(form: Form, laid: Mapping[str, list[Row]]) -> Answers:
    """The rows of these tables, just put, as they are kept."""
    return {
        name: _answered(form.questions[name], [row.columns() for row in rows]) for name, rows in laid.items()
    }


def _open_team(cabinet: Cabinet, case_id: int, clerk: Clerk) -> None:
    """Whoever opens a case works on it."""
    if clerk.user_id is not None:
        cabinet.session.execute(insert(team).values(
            case_id=case_id, user_id=clerk.user_id, role=clerk.role, since=clerk.today
        ))


def _put_answers(record: Record, form: Form, answers: Answers) -> None:
    _put_columns(record, form.stored_questions, answers)
    for question in sorted_by_words(form):
        setattr(record, sort_column(question), sort_value(answers.get(question.name)))


def _put_columns(kept: Record | Row, questions: Iterable[Question], answers: Answers) -> None:
    for question in questions:
        for name, value in question.stored(answers.get(question.name)).items():
            setattr(kept, name, value)


def _with_codes(cabinet: Cabinet, form: Form, answers: Answers, today: date) -> Answers:
    """The answers with a fresh code wherever a numbered question was left empty."""
    issued = dict(answers)
    for question in form.stored_questions:
        if question.issued and not issued.get(question.name):
            issued[question.name] = _issue(cabinet, form, question, answers, today)
    return issued


def _issue(cabinet: Cabinet, form: Form, question: Any, answers: Answers, today: date) -> str:
    """The next code of its series that no record has: codes typed by hand are stepped over."""
    within = answers.get(question.numbered_within) if question.numbered_within else None
    series = f"{question.name[:30]}@{within}" if question.numbered_within else question.name
    while True:
        code: str = question.issue(_next_number(cabinet, form, series, today), today)
        if not is_taken(cabinet, form, question, code, answers):
            return code


def _next_number(cabinet: Cabinet, form: Form, series_of: str, today: date) -> int:
    dialect = postgresql if cabinet.store.engine.dialect.name == "postgresql" else sqlite
    series = {"form": form.key, "question": series_of, "year": today.year}
    counted = dialect.insert(number).values(**series, last=1)
    counted = counted.on_conflict_do_update(
        index_elements=list(series), set_={"last": number.c.last + 1}
    ).returning(number.c.last)
    return int(cabinet.session.execute(counted).scalar_one())


def _rows_kept(cabinet: Cabinet, record: Record, table: Question) -> dict[int | None, Row]:
    kept = cabinet.tables.rows[record.form_key, table.name]
    return {row.id: row for row in cabinet.session.scalars(select(kept).where(kept.record_id == record.id))}


def _put_rows(
    cabinet: Cabinet, record: Record, table: Question, rows: list[Answers], stored: dict[int | None, Row]
) -> list[Row]:
    """Make the stored rows of a table those given: kept by id, new ones added, others removed."""
    kept, laid = cabinet.tables.rows[record.form_key, table.name], []
    for position, answers in enumerate(rows):
        row = stored.pop(answers.get("id"), None)
        if row is None:
            row = kept()
            row.record_id = record.id
            if kept.case_column:
                row.case_id = getattr(record, str(record.case_column))
            cabinet.session.add(row)
        row.position = position
        _put_columns(row, table.columns_asked(), answers)
        laid.append(row)
    for row in stored.values():
        cabinet.session.delete(row)
    return laid


def correct(
    cabinet: Cabinet, form: Form, record_id: int, seen_version: int, answers: Mapping[str, Any],
    clerk: Clerk, reason: str = "",
) -> Record:
    """Put these answers (of some or all questions) in place of the record's.

    Raises :class:`Clash` when the record is no longer the version that was seen, and
    :class:`OutOfReach`.
    """
    try:
        with cabinet.writing():
            record = cabinet.find(form.key, record_id)
            _refuse_ledger(form)
            if record.version != seen_version:
                raise Clash
            before = answers_of(cabinet, record)
            after = _replace(cabinet, form, record, clerk.written(form, {**before, **answers}, before), before, clerk)
            changes = history.differences(form, before, after)
            if changes:
                history.note(cabinet, record, "corrected", clerk.user_id, changes, reason)
                _check(cabinet, record, clerk)
        return record
    except StaleDataError:
        raise Clash from None


def _replace(
    cabinet: Cabinet, form: Form, record: Record, answers: Answers, before: Answers, clerk: Clerk
) -> Answers:
    """Put the answers in place of those before; returns them as they are kept. What did not change stays
    untouched: most pages show no table, and no name."""
    record.changed_by, record.changed_at = clerk.user_id, now()
    flag_modified(record, "changed_at")  # within the same second too, a change of rows is a new version
    record.form_version = form.version
    _put_answers(record, form, answers)
    record.lacking = len(missing(form, answers, clerk.today))
    tables = [one for one in form.row_questions if (answers.get(one.name) or None) != before.get(one.name)]
    laid = {
        table.name: _put_rows(cabinet, record, table, answers.get(table.name) or [], _rows_kept(cabinet, record, table))
        for table in tables
    }
    cabinet.session.flush()
    adopt(cabinet, form, record.id, before, answers)
    if any(answers.get(one.name) != before.get(one.name) for one in form.questions.values() if one.search):
        index_words(cabinet, form, record, answers)
    return answers_of(cabinet, record, {**before, **_as_kept(form, laid)})


def _check(cabinet: Cabinet, record: Record, clerk: Clerk) -> None:
    """What is corrected by somebody whose sheets others accept waits for them; whoever else corrects what
    waits has looked at it, and the history tells that she accepted it."""
    if clerk.checked:
        record.to_check = True
    else:
        accept_record(cabinet, record, clerk)


def accept_record(cabinet: Cabinet, record: Record, clerk: Clerk) -> None:
    """Let the record count from now on, and tell so."""
    if record.to_check:
        record.to_check = None
        history.note(cabinet, record, "accepted", clerk.user_id, {})


def put_away(cabinet: Cabinet, form: Form, record_id: int, clerk: Clerk) -> Record:
    """Delete softly: the record leaves every list, and can come back. A case goes with its sheets."""
    with cabinet.writing():
        record = cabinet.find(form.key, record_id)
        _refuse_ledger(form)
        moment = now()
        record.deleted_at, record.deleted_by = moment, clerk.user_id
        history.note(cabinet, record, "deleted", clerk.user_id, {})
        if form.key == CASE:
            _mark_sheets(cabinet, record_id, None, moment, clerk)
    return record


def withdraw(cabinet: Cabinet, form: Form, record_id: int, clerk: Clerk) -> Record:
    """Put away what the worker entered herself by mistake.

    Raises :class:`Mistake` when others rely on it by now, and :class:`OutOfReach`.
    """
    with cabinet.writing():
        require_unrelied(cabinet, cabinet.find(form.key, record_id), clerk)
        return put_away(cabinet, form, record_id, clerk)


def require_unrelied(cabinet: Cabinet, record: Record, clerk: Clerk) -> None:
    """Raises :class:`Mistake` for what the worker entered herself and others rely on by now."""
    if record.created_by == clerk.user_id and _others_rely_on(cabinet, record, clerk):
        raise Mistake(
            "This cannot be taken back: others have worked on it since, or its ledger has an entry. "
            "Ask somebody who may delete it."
        )


def _others_rely_on(cabinet: Cabinet, record: Record, clerk: Clerk) -> bool:
    if record.changed_by != clerk.user_id:
        return True
    if record.form_key != CASE:
        return False
    with acting_as(SYSTEM):
        return bool(cabinet.session.scalar(relied_on(cabinet.tables.records.values(), record.id, clerk.user_id)))


def bring_back(cabinet: Cabinet, form: Form, record_id: int, clerk: Clerk) -> Record:
    """Undo a deletion; with a case come back the sheets that went with it.

    Raises :class:`Mistake` for a sheet whose case is put away, and :class:`OutOfReach`.
    """
    with cabinet.writing():
        record = cabinet.find(form.key, record_id, with_deleted=True)
        moment = record.deleted_at
        if moment is not None:
            if form.belongs_to:
                _require_its_case(cabinet, record)
                _require_no_other(cabinet, form, record)
            record.deleted_at = record.deleted_by = None
            history.note(cabinet, record, "restored", clerk.user_id, {})
            if form.key == CASE:
                _mark_sheets(cabinet, record_id, moment, None, clerk)
    return record


def _require_its_case(cabinet: Cabinet, record: Record) -> None:
    """A sheet by itself would stand in lists, and lead to no case."""
    with acting_as(SYSTEM):
        try:
            cabinet.case(record.case_id)
        except OutOfReach:
            raise Mistake("The case of this sheet was deleted. Bring the case back first.") from None


def _require_no_other(cabinet: Cabinet, form: Form, record: Record) -> None:
    if the_one_sheet(cabinet, form, record.case_id) is not None:
        raise Mistake("The case has another sheet of this form by now, and it can have one only.")


def _refuse_ledger(form: Form) -> None:
    """An entry of a ledger is neither corrected nor deleted: :func:`app.records.ledger.reverse`."""
    if form.append_only:
        raise OutOfReach(f"change {form.key}")


def _mark_sheets(
    cabinet: Cabinet, case_id: int, was: datetime | None, becomes: datetime | None, clerk: Clerk
) -> None:
    """Put the sheets of a case away, or bring back those that went at the moment ``was``.

    The worker may do this to the case; that is the right that counts. Each sheet's history tells it.
    """
    action = history.LEFT_WITH_CASE if was is None else history.BACK_WITH_CASE
    cabinet.session.flush()
    for kept in cabinet.belongings:
        if kept.is_sheets:
            theirs = (kept.table.c.case_id == case_id) & kept.table.c.deleted_at.is_not_distinct_from(was)
            history.note_with_case(cabinet, kept, theirs, action, clerk.user_id)
            cabinet.session.execute(
                update(kept.table).where(theirs)
                .values(deleted_at=becomes, deleted_by=None if becomes is None else clerk.user_id)
            )
