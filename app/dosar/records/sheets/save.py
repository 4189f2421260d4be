"""Entering and correcting sheets: one transaction each, with its history."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from sqlalchemy import bindparam, func, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.attributes import flag_modified
from sqlalchemy.orm.exc import StaleDataError

from dosar.database.form_tables import Record
from dosar.database.system_tables import post_token_table, team_table, utc_now
from dosar.language.answers.validation import missing_questions
from dosar.language.form import CASE_FORM, Form
from dosar.language.question import Answers
from dosar.records import audit_log
from dosar.records.actor import Actor
from dosar.records.attachments import adopt_files
from dosar.records.audit_log import case_of_record
from dosar.records.finding.search import index_words
from dosar.records.history.turns import UNACCEPTED_KEY
from dosar.records.repository import Repository
from dosar.records.scope.row_scope import SYSTEM_SCOPE, OutOfReach, acting_as
from dosar.records.sheets.issued_codes import with_issued_codes
from dosar.records.sheets.lifted_restrictions import lifting_told
from dosar.records.sheets.stored_answers import answers_of, put_answers, put_rows, rows_as_kept, rows_by_id

_INSERT_TOKEN = insert(post_token_table)
_RECORD_BY_TOKEN = select(post_token_table.c.record_id).where(
    post_token_table.c.token == bindparam("of_token"), post_token_table.c.form == bindparam("of_form")
)
NO_MARKS: Mapping[str, Any] = MappingProxyType({})
ENTERED_ACTION = "entered"


class EditConflict(Exception):
    """Somebody else corrected the record since this worker opened it."""


class SheetExists(Exception):
    """The case has its one sheet of this form."""

    def __init__(self, record_id: int) -> None:
        self.record_id = record_id
        super().__init__()


def enter_sheet(
    repository: Repository,
    form: Form,
    answers: Answers,
    actor: Actor,
    case_id: int | None = None,
    token: str = "",
    reason: str = "",
    marks: Mapping[str, Any] = NO_MARKS,
    action: str = ENTERED_ACTION,
    past: Sequence[Mapping[str, Any]] = (),
) -> int:
    """File a new sheet; returns its record's id.

    The same ``token`` a second time files nothing and returns the first record: a double click, a
    retry or the Back button makes one record. ``marks`` are columns of the record beside its answers. ``action`` is
    what the history calls it, after the entries of a ``past`` that the record has already.
    Raises :class:`SheetExists` for a second sheet where a case has at most one, and :class:`OutOfReach`.
    """
    if token and (filed := record_filed_before(repository, form, token)):
        return filed
    try:
        with repository.writing():
            if (existing_id := only_sheet_of_case(repository, form, case_id)) is not None:
                raise SheetExists(existing_id)
            with lifting_told(repository, form.key, case_id, actor):
                record, stored = _new_record(repository, form, actor.written(form, answers, {}), actor, case_id, marks)
            if token:
                repository.session.execute(
                    _INSERT_TOKEN, {"token": token, "form": form.key, "record_id": record.id, "at": utc_now()}
                )
            changes = audit_log.answer_differences(form, {}, stored)
            audit_log.note_past(repository, record, past)
            audit_log.note_change(repository, record, action, actor.user_id, changes, reason)
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
    record_class: Any = repository.record_class(form.key)
    with acting_as(SYSTEM_SCOPE):
        existing_id: int | None = repository.session.scalar(
            select(func.min(record_class.id)).where(record_class.case_id == case_id)
        )
    return existing_id


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
    record.form_version = form.version
    record.created_by = record.changed_by = actor.user_id
    record.created_at = record.changed_at = moment
    record.to_check = actor.checked or None
    for name, value in marks.items():
        setattr(record, name, value)
    if form.belongs_to:
        if case_id is None:
            raise OutOfReach(CASE_FORM)
        record.case_id = case_id
    answers = with_issued_codes(repository, form, answers, actor.today)
    put_answers(record, form, answers)
    record.lacking = len(missing_questions(form, answers, actor.today))
    repository.session.add(record)
    repository.session.flush()
    if form.key == CASE_FORM:
        _open_team(repository, record.id, actor)
    laid = {
        table.name: put_rows(repository, record, table, answers.get(table.name) or [], {})
        for table in form.row_questions
    }
    repository.session.flush()
    adopt_files(repository, form, record.id, {}, answers)
    index_words(repository, form, record, answers)
    return record, answers_of(repository, record, rows_as_kept(form, laid))


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
            refuse_ledger(form)
            if record.version != seen_version:
                raise EditConflict
            before = answers_of(repository, record)
            with lifting_told(repository, form.key, case_of_record(record), actor):
                after = _replace_answers(
                    repository, form, record, actor.written(form, {**before, **answers}, before), before, actor
                )
                changes = audit_log.answer_differences(form, before, after)
                if changes:
                    marked = {UNACCEPTED_KEY: True} if actor.checked and not record.to_check else {}
                    audit_log.note_change(repository, record, "corrected", actor.user_id, {**changes, **marked}, reason)
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
    put_answers(record, form, answers)
    record.lacking = len(missing_questions(form, answers, actor.today))
    tables = [
        question for question in form.row_questions if (answers.get(question.name) or None) != before.get(question.name)
    ]
    laid = {
        table.name: put_rows(
            repository, record, table, answers.get(table.name) or [], rows_by_id(repository, record, table)
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
    return answers_of(repository, record, {**before, **rows_as_kept(form, laid)})


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


def refuse_ledger(form: Form) -> None:
    """An entry of a ledger is neither corrected nor deleted: :func:`dosar.records.sheets.ledger.reverse_entry`."""
    if form.append_only:
        raise OutOfReach(f"change {form.key}")
