"""The sheet of an activity begins with everybody who lives in the place on that day, to be ticked in one go."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import select

from dosar.language.form import Form
from dosar.language.organisation.programme import Programme
from dosar.language.question import Answers
from dosar.records.repository import Repository
from dosar.records.scope.consent_checks import DayInCase, consent_words_for, missing_for
from dosar.records.sheets.acceptance import is_accepted


def answers_of_residents(
    repository: Repository, declared: Programme | None, known: Mapping[str, Form], form: Form, place_id: int, day: date
) -> Answers:
    """What a new sheet of this form begins with: the day, the place, and a row for each case in the reader's reach that
    stays there, as present, and has the consent that the sheet needs; nothing where the form is not that of the
    activities, or she may see no stays."""
    activities = declared.activities if declared else None
    if declared is None or activities is None or form.key != activities.form or declared.stays.form not in known:
        return {}
    table = form.questions.get(activities.rows)
    if table is None or table.column(activities.case) is None:
        return {}
    present = {activities.present: True} if activities.present else {}
    staying = _with_consent(repository, form, _staying(repository, declared, place_id, day), day)
    rows = [{"id": None, activities.case: case_id, **present} for case_id in staying]
    place = {activities.place: place_id} if activities.place and rows else {}
    return {activities.day: day, **place, activities.rows: rows} if rows else {}


def _with_consent(repository: Repository, form: Form, cases: Sequence[int], day: date) -> list[int]:
    """Those for whom the sheet could be saved: one who took her consent back would have all of it refused."""
    needed = [each for each in repository.definition.consents_needed.get(form.key, ()) if each.rows is not None]
    days = [DayInCase(each, case_id, day) for each in needed for case_id in cases]
    words = consent_words_for(repository.session, days)
    lacking = {asked.case_id for asked in days if missing_for(words, asked) is not None}
    return [case_id for case_id in cases if case_id not in lacking]


def _staying(repository: Repository, declared: Programme, place_id: int, day: date) -> list[int]:
    stays, record_class = declared.stays, repository.record_class(declared.stays.form)
    kept: Any = record_class
    left = getattr(kept, stays.left)
    query = (
        select(kept.case_id)
        .where(
            getattr(kept, stays.place) == place_id,
            getattr(kept, stays.since) <= day,
            left.is_(None) | (left > day),
            is_accepted(kept),
        )
        .order_by(getattr(kept, stays.since), kept.id)
    )
    return list(dict.fromkeys(repository.session.scalars(query)))
