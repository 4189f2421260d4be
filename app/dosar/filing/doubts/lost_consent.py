"""A date of consent that is moved, or a withdrawal of an earlier day: would sheets that are filed stand without it?

Asked softly: they stay as they are, and the dates on the paper are what counts.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Date, DateTime, Integer, Select, column, literal, select, table, union_all

from dosar.database.system_tables import utc_now
from dosar.filing.submission import Submission
from dosar.language.answers.validation import ValidationIssue
from dosar.language.consent import NeededConsent
from dosar.language.question import Answers
from dosar.language.text.message import Message, msgid
from dosar.language.text.texts import text_in_language
from dosar.records.scope.consent_words import ConsentSource, ConsentWord, consent_sources, consent_words, missing_on

LAST_NUMBER = 2**31
"""Filed after all others: a sheet that has no number yet."""
STAND_WITHOUT = msgid(
    "Sheets that are filed already would stand without this consent: %(sheets)s. If the date is right, save."
)


def takes_consent_away(submission: Submission, answers: Answers) -> list[ValidationIssue]:
    """The doubt by the date that would leave sheets of the case without the consent that they had."""
    moved = [
        source for source in _sources(submission) if _day(submission, source, answers) != _saved(submission, source)
    ]
    here = next((each.source.question for each in moved if each.source.question in submission.asked_questions), None)
    needed = [each for each in _needed(submission) if each.consent.key in {source.key for source in moved}]
    if here is None or submission.case_id is None or not needed:
        return []
    said = consent_words(submission.repository.session, [each.consent for each in needed], [submission.case_id])
    lost = dict.fromkeys(
        text_in_language(submission.forms[each.form].title, submission.language)
        for each, day in _filed_days(submission, needed)
        if (before := said.get((submission.case_id, each.consent.key), ())) is not None
        and missing_on(day, before) is None
        and missing_on(day, _after(submission, each, before, answers)) is not None
    )
    return [ValidationIssue((here,), Message(STAND_WITHOUT, {"sheets": ", ".join(lost)}), soft=True)] if lost else []


def _needed(submission: Submission) -> list[NeededConsent]:
    """What sheets of a case need, of the forms that she sees."""
    every = submission.repository.definition.consents_needed.values()
    return [each for several in every for each in several if each.rows is None and submission.sees(each.form)]


def _sources(submission: Submission) -> list[ConsentSource]:
    every = consent_sources(each.consent for each in _needed(submission))
    return [source for source in every if source.source.form == submission.form.key]


def _day(submission: Submission, source: ConsentSource, answers: Answers) -> tuple[date | None, date | None]:
    """The day that is answered, and the last one of what it gives."""
    names = (source.source.question, source.source.lasts_until)
    first, last = (
        submission.form.questions[name].stored(answers.get(name))[name] if name is not None else None for name in names
    )
    return first, last


def _saved(submission: Submission, source: ConsentSource) -> tuple[date | None, date | None]:
    return _day(submission, source, submission.saved)


def _after(
    submission: Submission, needed: NeededConsent, before: Sequence[ConsentWord], answers: Answers
) -> list[ConsentWord]:
    """All that is said of the consent once the sheet is filed."""
    number = submission.record_id or LAST_NUMBER
    filed = submission.record.created_at if submission.record is not None else utc_now()
    others = [word for word in before if (word.form, word.sheet) != (submission.form.key, number)]
    for source in _sources(submission):
        day, until = _day(submission, source, answers)
        if day is not None and source.key == needed.consent.key:
            others.append(source.word(number, filed, submission.actor.checked, day, until))
    return others


def _filed_days(submission: Submission, needed: Sequence[NeededConsent]) -> Iterator[tuple[NeededConsent, date]]:
    """The days of the case's sheets that need a consent, but for what could not wait: one statement."""
    queries = [_days_query(position, each, submission.case_id) for position, each in enumerate(needed)]
    for position, day, filed in submission.repository.session.execute(union_all(*queries)):
        yield needed[position], day or filed.date()


def _days_query(position: int, needed: NeededConsent, case_id: int | None) -> Select[Any]:
    names: dict[str, Any] = {"case_id": Integer, "created_at": DateTime, "deleted_at": DateTime}
    names |= {needed.day: Date} if needed.day is not None else {}
    names |= {needed.unless: None} if needed.unless is not None else {}
    sheet = table(needed.form, *[column(name, kind) for name, kind in names.items()]).alias(f"needs_{needed.form}")
    day = sheet.c[needed.day] if needed.day is not None else literal(None, Date)
    conditions = [sheet.c.case_id == case_id, sheet.c.deleted_at.is_(None)]
    conditions += [sheet.c[needed.unless].is_(None)] if needed.unless is not None else []
    return select(literal(position), day.label("day"), sheet.c.created_at).where(*conditions).distinct()
