"""The people around a case, and its open risks."""

from dataclasses import dataclass

from flask_babel import ngettext

from dosar.language.dating import dating_question
from dosar.overview import people_and_risks, stages
from dosar.pages.cases.case_reading import CaseReading
from dosar.pages.urls import record_url
from dosar.records.titles import show_answer, title_of_record


@dataclass(slots=True)
class RelatedPerson:
    """Somebody around the case."""

    name: str
    url: str
    note: str


@dataclass(slots=True)
class OpenRisk:
    """An open risk: what it is, how grave."""

    label: str
    level: str
    level_text: str


@dataclass(slots=True)
class RiskBlock:
    """The open risks of the newest assessment."""

    url: str
    assessed: str
    risks: list[OpenRisk]
    waiting: str = ""
    """Said of assessments that wait for acceptance."""


def related_people(case: CaseReading) -> list[RelatedPerson]:
    """The people around the case, as far as the reader may know them."""
    people = case.declared.people
    if people is None or people.form not in case.query.known:
        return []
    form = case.query.known[people.form]
    said_questions = [form.questions[name] for name in people.say if name in form.questions]
    return [
        RelatedPerson(
            title_of_record(form, answers, case.context.reading, number),
            record_url(form.key, number),
            " · ".join(
                text
                for question in said_questions
                if (text := show_answer(question, answers.get(question.name), case.context.reading))
            ),
        )
        for number, answers in people_and_risks.people_around(case.query, people)
    ]


def risk_block(case: CaseReading) -> RiskBlock | None:
    """The open risks, with their level in words."""
    found = people_and_risks.open_risks(case.query, case.declared.risks, case.context.reading.today)
    if found is None or case.declared.risks is None:
        return None
    form = case.query.known[case.declared.risks.form]
    columns = {column.name: column for column in form.questions[case.declared.risks.rows].columns_asked()}
    word, level = columns[case.declared.risks.word], columns[case.declared.risks.level]
    dated = dating_question(form)
    return RiskBlock(
        record_url(form.key, found.record_id),
        show_answer(dated, found.assessed, case.context.reading) if dated else "",
        [
            OpenRisk(
                show_answer(word, row.get(word.name), case.context.reading),
                level.level(row.get(level.name)),
                show_answer(level, row.get(level.name), case.context.reading),
            )
            for row in found.rows
        ],
        _assessments_waiting(case, form.key),
    )


def _assessments_waiting(case: CaseReading, form: str) -> str:
    count = stages.filed_sheets(case.query, form).waiting
    return (
        ngettext("%(num)s assessment waits for acceptance", "%(num)s assessments wait for acceptance", count)
        if count
        else ""
    )
