"""The people around a case and the risks open now, as the organisation's forms tell of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from dosar.language.answers.settling import plain_answers
from dosar.language.organisation.stages import PeopleAround, RisksSource
from dosar.language.question import Answers
from dosar.overview.case_query import CASE_PARAMETER, CaseQuery
from dosar.records.sheets.acceptance import is_accepted
from dosar.records.titles import title_questions


@dataclass(frozen=True)
class OpenRisks:
    """The open risks of the newest assessment, the gravest first."""

    record_id: int
    assessed: Any
    rows: Sequence[Answers]


def ask_people(case_query: CaseQuery, people: PeopleAround | None) -> None:
    """Ask for the people around the case; once it is read, :func:`people_around` tells them."""
    if people and people.form in case_query.known:
        form = case_query.known[people.form]
        names = dict.fromkeys([question.name for question in title_questions(form)])
        names |= dict.fromkeys(name for name in people.say if name in form.questions)
        case_query.ask("people", people.form, list(names))


def people_around(case_query: CaseQuery, people: PeopleAround | None) -> list[tuple[int, Answers]]:
    """(record, answers) of the people around the case, in the order they were entered."""
    if people is None or people.form not in case_query.known:
        return []
    return sorted(case_query.answers("people", people.form), key=lambda entry: entry[0])


def ask_risks(case_query: CaseQuery, risks: RisksSource | None) -> None:
    """Ask for the rows of the newest assessment; once it is read, :func:`open_risks` tells them."""
    if risks is None or not case_query.may_know_rows(risks.form, risks.rows, risks.word, risks.level):
        return
    record_class: Any = case_query.repository.record_class(risks.form)
    rows: Any = case_query.repository.tables.rows[risks.form, risks.rows]
    name = case_query.dating_question_name(risks.form)
    order = [getattr(record_class, name).desc().nulls_last()] if name else []
    newest = (
        select(record_class.id)
        .where(record_class.case_id == CASE_PARAMETER, is_accepted(record_class))
        .order_by(*order, record_class.id.desc())
        .limit(1)
    )
    case_query.ask("assessment", risks.form, [name] if name else [], record_class.id == newest.scalar_subquery())
    case_query.ask_rows("risks", risks.form, risks.rows, rows.record_id == newest.scalar_subquery())


def open_risks(case_query: CaseQuery, risks: RisksSource | None, today: date) -> OpenRisks | None:
    """The open risks of the newest assessment, if there is one the reader may know."""
    if risks is None or not case_query.found.get("assessment"):
        return None
    record_id, answers = case_query.answers("assessment", risks.form)[0]
    columns = case_query.known[risks.form].questions[risks.rows].columns_asked()
    rows = [row for _, row in case_query.answers_of_rows("risks", risks.form, risks.rows)]
    still = [row for row in rows if risks.open is None or risks.open.value(plain_answers(columns, row), today) is True]
    still.sort(key=lambda row: -(row.get(risks.level) or 0))
    return OpenRisks(record_id, answers.get(case_query.dating_question_name(risks.form)), still)
