"""Ledgers: what was once written in them stays, and a mistake is taken back by an entry of its own.

The database itself refuses any other way (:mod:`app.records.closing`).
"""

from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app.language.answering import settled
from app.language.form import Form
from app.language.message import Mistake
from app.language.question import Answers, Unknown
from app.records import history
from app.records.cabinet import Cabinet
from app.records.scope import SYSTEM, OutOfReach, acting_as, current_scope
from app.records.sheets import Clerk, answers_of, enter, filed_before
from app.records.tables import Record

REVERSED = "reversed"


def reverse(
    cabinet: Cabinet, form: Form, record_id: int, reason: str, clerk: Clerk, token: str = ""
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
        with cabinet.writing():
            if token and (filed := filed_before(cabinet, form, token)):
                return filed
            record = cabinet.find(form.key, record_id)
            if why := why_not(cabinet, record):
                raise why
            marks = {"reverses": record.id, "reversal_reason": reason.strip()}
            turned = _turned(form, answers_of(cabinet, record), clerk)
            case_id = record.case_id if form.belongs_to else None
            # the whole entry is taken back: what it points to may be deleted since, or others' to write
            with acting_as(SYSTEM):
                by = replace(clerk, roles=None, checked=clerk.checked and not record.to_check)
                filed = enter(cabinet, form, turned, by, case_id, token, reason.strip(), marks)
                # an entry that still waits and the one that takes it back are nothing together: neither waits
                record.to_check = None
                cabinet.session.flush()
            history.note(cabinet, record, REVERSED, clerk.user_id, {}, reason.strip())
            return filed
    except IntegrityError:
        # another one may have taken it back in the same moment; whatever else it is, is not told as that
        if token and (filed := filed_before(cabinet, form, token)):
            return filed
        if why := why_not(cabinet, cabinet.find(form.key, record_id)):
            raise why from None
        raise


def why_not(cabinet: Cabinet, record: Record) -> Mistake | None:
    """Why the entry cannot be taken back, if it cannot."""
    if record.columns()["reverses"] is not None:
        return Mistake("This entry takes back another one. Write a new entry instead.")
    return _twice() if reversed_by(cabinet, record) is not None else None


def reversed_by(cabinet: Cabinet, record: Record) -> int | None:
    """The entry that takes this one back, if there is one."""
    kept = type(record)
    found: int | None = cabinet.session.scalar(select(kept.id).where(kept.reverses == record.id))  # type: ignore[attr-defined]
    return found


def _twice() -> Mistake:
    return Mistake("This entry was reversed before. Nothing was changed.")


def _turned(form: Form, answers: Answers, clerk: Clerk) -> Answers:
    """The answers of the entry that takes back one with these answers."""
    turned: Answers = {}
    for question in form.questions.values():
        answer = answers.get(question.name)
        known = answer is not None and not isinstance(answer, Unknown) and not question.issued
        turned[question.name] = question.reversed(answer) if known else None if question.issued else answer
    computed = settled(form, turned, clerk.today)
    return {
        name: computed[name] if form.questions[name].computed else answer for name, answer in turned.items()
    }
