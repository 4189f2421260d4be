"""Sheets put away, taken back by who entered them, and brought back."""

from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from dosar.database.form_tables import Record
from dosar.database.system_tables import utc_now
from dosar.language.form import CASE_FORM, Form
from dosar.language.text.message import Mistake
from dosar.records import audit_log
from dosar.records.actor import Actor
from dosar.records.audit_log import case_of_record
from dosar.records.beds.free_beds import ChangedSheet, programme_of_beds
from dosar.records.beds.required_beds import require_beds
from dosar.records.repository import Repository
from dosar.records.scope.reliance import select_reliance
from dosar.records.scope.row_scope import SYSTEM_SCOPE, OutOfReach, acting_as
from dosar.records.sheets.lifted_restrictions import lifting_told
from dosar.records.sheets.save import only_sheet_of_case, refuse_ledger
from dosar.records.sheets.stored_answers import answers_of


def delete_sheet(
    repository: Repository, form: Form, record_id: int, actor: Actor, reason: str = "", overbooks: bool = False
) -> Record:
    """Delete softly: the record leaves every list, and can come back. A case goes with its sheets. A ``reason`` stands
    in the history.

    Raises :class:`OutOfReach`, also for an entry of a ledger, and :class:`~dosar.records.beds.required_beds.NoBed` for
    a place in which people stay, unless somebody who may has said that it ``overbooks``.
    """
    with repository.writing():
        record = repository.find(form.key, record_id)
        refuse_ledger(form)
        _require_bed(repository, form, record, actor, overbooks, goes=True)
        moment = utc_now()
        with lifting_told(repository, form.key, _case_of_sheet(form, record), actor):
            record.deleted_at, record.deleted_by = moment, actor.user_id
            audit_log.note_change(repository, record, "deleted", actor.user_id, {}, reason)
        if form.key == CASE_FORM:
            _mark_sheets(repository, record_id, None, moment, actor)
    return record


def _case_of_sheet(form: Form, record: Record) -> int | None:
    """Nothing of a case itself: put away it is open to nobody."""
    return None if form.key == CASE_FORM else case_of_record(record)


def withdraw_sheet(
    repository: Repository, form: Form, record_id: int, actor: Actor, reason: str = "", overbooks: bool = False
) -> Record:
    """Put away what the worker entered herself by mistake.

    Raises :class:`Mistake` when others rely on it by now, and what :func:`delete_sheet` does.
    """
    with repository.writing():
        require_unrelied(repository, repository.find(form.key, record_id), actor)
        return delete_sheet(repository, form, record_id, actor, reason, overbooks)


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


def restore_sheet(
    repository: Repository, form: Form, record_id: int, actor: Actor, reason: str = "", overbooks: bool = False
) -> Record:
    """Undo a deletion; with a case come back the sheets that went with it. A ``reason`` stands in the history.

    Raises :class:`Mistake` for a sheet whose case is put away, :class:`~dosar.records.beds.required_beds.NoBed` where a
    stay that comes back has no bed, or a place too few, and nobody who may has said that it ``overbooks``, and
    :class:`OutOfReach`.
    """
    with repository.writing():
        record = repository.find(form.key, record_id, with_deleted=True)
        moment = record.deleted_at
        if moment is not None:
            if form.belongs_to:
                _require_its_case(repository, record)
                _require_no_other(repository, form, record)
            with lifting_told(repository, form.key, _case_of_sheet(form, record), actor):
                record.deleted_at = record.deleted_by = None
                _require_bed(repository, form, record, actor, overbooks)
                audit_log.note_change(repository, record, "restored", actor.user_id, {}, reason)
            if form.key == CASE_FORM:
                _mark_sheets(repository, record_id, moment, None, actor)
                _require_beds_of_case(repository, record_id, actor, overbooks)
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


def _require_bed(
    repository: Repository, form: Form, record: Record, actor: Actor, overbooks: bool, goes: bool = False
) -> None:
    """A stay that comes back wants its bed, a place that comes back or ``goes`` leaves nobody without one. A stay that
    goes takes none."""
    declared = programme_of_beds(repository, form)
    if declared is None or (goes and form.key == declared.stays.form):
        return
    answers, case_id = answers_of(repository, record), case_of_record(record)
    require_beds(repository, [ChangedSheet(form, answers, {}, case_id, record.id, goes)], actor, overbooks)


def _require_beds_of_case(repository: Repository, case_id: int, actor: Actor, overbooks: bool) -> None:
    """The stays that come back with their case want their beds again."""
    programme = repository.definition.stages.programme
    form = repository.forms.get(programme.stays.form) if programme is not None else None
    if form is None:
        return
    record_class: Any = repository.record_class(form.key)
    with acting_as(SYSTEM_SCOPE):
        found = repository.session.scalars(select(record_class).where(record_class.case_id == case_id)).all()
        stays = [ChangedSheet(form, answers_of(repository, stay), {}, case_id, stay.id) for stay in found]
    require_beds(repository, stays, actor, overbooks, with_case=[stay.id for stay in found])


def _mark_sheets(
    repository: Repository, case_id: int, was: datetime | None, becomes: datetime | None, actor: Actor
) -> None:
    """Put the sheets of a case away, or bring back those that went at the moment ``was``.

    The worker may do this to the case; that is the right that counts. Each sheet's history tells it.
    """
    action = audit_log.LEFT_WITH_CASE if was is None else audit_log.BACK_WITH_CASE
    repository.session.flush()
    for case_table in repository.belongings:
        if case_table.goes_with_case:
            theirs = (case_table.table.c.case_id == case_id) & case_table.table.c.deleted_at.is_not_distinct_from(was)
            audit_log.note_with_case(repository, case_table, theirs, action, actor.user_id)
            repository.session.execute(
                update(case_table.table)
                .where(theirs)
                .values(deleted_at=becomes, deleted_by=None if becomes is None else actor.user_id)
            )
