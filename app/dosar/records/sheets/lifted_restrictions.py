"""A case that is opened again: told in its history, and so in the audit log, whatever sheet ends what restricted it.

A merge tells it by itself (:mod:`dosar.records.cases.merge`).
"""

from collections.abc import Iterator
from contextlib import contextmanager

from dosar.language.restriction import CaseRestriction
from dosar.records import audit_log
from dosar.records.actor import Actor
from dosar.records.repository import Repository
from dosar.records.scope.restricted_cases import restrictions_among
from dosar.records.scope.row_scope import SYSTEM_SCOPE, acting_as

RESTRICTION_ENDED_ACTION = "lifted"


def restrictions_touched(repository: Repository, form: str) -> list[CaseRestriction]:
    """What a sheet of the form may end."""
    return [each for each in repository.definition.restrictions if form in (each.form, each.lifting_form)]


@contextmanager
def lifting_told(repository: Repository, form: str, case_id: int | None, actor: Actor) -> Iterator[None]:
    """Inside a transaction: where a sheet of the form is changed meanwhile, and something restricts the case no more,
    its history says so."""
    touched = restrictions_touched(repository, form) if case_id is not None else []
    before = _holding(repository, touched, case_id or 0)
    yield
    if before:
        repository.session.flush()
        if len(_holding(repository, before, case_id or 0)) < len(before):
            with acting_as(SYSTEM_SCOPE):
                case = repository.case(case_id or 0)
                audit_log.note_change(repository, case, RESTRICTION_ENDED_ACTION, actor.user_id, {})


def _holding(repository: Repository, restrictions: list[CaseRestriction], case_id: int) -> list[CaseRestriction]:
    return restrictions_among(repository.session, restrictions, [case_id]).get(case_id, []) if restrictions else []
