"""Ledgers: what was once written in them stays, and a mistake is taken back by an entry of its own.

The database itself refuses any other way (:mod:`dosar.database.writing.append_only`).
"""

from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from dosar.database.form_tables import Record
from dosar.language.answers.settling import settle_answers
from dosar.language.form import Form
from dosar.language.question import Answers, Unknown
from dosar.language.text.message import Mistake
from dosar.records import audit_log
from dosar.records.actor import Actor
from dosar.records.repository import Repository
from dosar.records.scope.row_scope import SYSTEM_SCOPE, OutOfReach, acting_as, current_scope
from dosar.records.scope.write_checks import require_written
from dosar.records.sheets.save import enter_sheet, record_filed_before
from dosar.records.sheets.stored_answers import answers_of

REVERSED_ACTION = "reversed"


def reverse_entry(
    repository: Repository, form: Form, record_id: int, reason: str, actor: Actor, token: str = ""
) -> int:
    """Take an entry back: file the same one with its amounts turned round; returns the new record's id.

    Sums of both are nothing. Raises :class:`Mistake` for an entry that was taken back before or takes one
    back itself, or without a reason, and :class:`OutOfReach`.
    """
    if not form.append_only or not current_scope.get().may("enter", form.key):
        raise OutOfReach(form.key)
    if not reason.strip():
        raise Mistake("Write why the entry is reversed.")
    try:
        with repository.writing():
            if token and (filed := record_filed_before(repository, form, token)):
                return filed
            record = repository.find(form.key, record_id)
            if why := reversal_obstacle(repository, record):
                raise why
            case_id = record.case_id if form.belongs_to else None
            require_written(repository.session, form.key, case_id)
            marks = {"reverses": record.id, "reversal_reason": reason.strip()}
            turned = _reversed_answers(form, answers_of(repository, record), actor)
            # the whole entry is taken back: what it points to may be deleted since, or others' to write
            with acting_as(SYSTEM_SCOPE):
                by = replace(actor, roles=None, checked=actor.checked and not record.to_check)
                filed = enter_sheet(repository, form, turned, by, case_id, token, reason.strip(), marks)
                # an entry that still waits and the one that takes it back are nothing together: neither waits
                record.to_check = None
                repository.session.flush()
            audit_log.note_change(repository, record, REVERSED_ACTION, actor.user_id, {}, reason.strip())
            return filed
    except IntegrityError:
        # another one may have taken it back in the same moment; whatever else it is, is not told as that
        if token and (filed := record_filed_before(repository, form, token)):
            return filed
        if why := reversal_obstacle(repository, repository.find(form.key, record_id)):
            raise why from None
        raise


def reversal_obstacle(repository: Repository, record: Record) -> Mistake | None:
    """Why the entry cannot be taken back, if it cannot."""
    if record.columns()["reverses"] is not None:
        return Mistake("This entry takes back another one. Write a new entry instead.")
    return _already_reversed() if reversing_entry(repository, record) is not None else None


def reversing_entry(repository: Repository, record: Record) -> int | None:
    """The entry that takes this one back, if there is one."""
    record_class = type(record)
    found: int | None = repository.session.scalar(select(record_class.id).where(record_class.reverses == record.id))  # type: ignore[attr-defined]
    return found


def _already_reversed() -> Mistake:
    return Mistake("This entry was reversed before. Nothing was changed.")


def _reversed_answers(form: Form, answers: Answers, actor: Actor) -> Answers:
    """The answers of the entry that takes back one with these answers."""
    turned: Answers = {}
    for question in form.questions.values():
        answer = answers.get(question.name)
        known = answer is not None and not isinstance(answer, Unknown) and not question.issued
        turned[question.name] = question.reversed(answer) if known else None if question.issued else answer
    computed = settle_answers(form, turned, actor.today)
    return {name: computed[name] if form.questions[name].computed else answer for name, answer in turned.items()}
