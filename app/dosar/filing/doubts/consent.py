"""Is there a consent on the day of the sheet? Told before it is kept; what is typed meanwhile waits as a draft.

The session refuses it once more when it writes (:mod:`dosar.records.scope.consent_checks`).
"""

from collections.abc import Iterator
from datetime import date

from dosar.fields.formats.days import format_day
from dosar.filing.result import ConsentMissing
from dosar.filing.submission import Submission
from dosar.language.answers.validation import AnswerPath, ValidationIssue
from dosar.language.consent import NeededConsent
from dosar.language.question import Answers
from dosar.language.text.message import Message, msgid
from dosar.language.text.texts import text_in_language
from dosar.records.repository import Repository
from dosar.records.scope.consent_checks import DayInCase, consent_words_for, day_filed, missing_for, was_missing_before
from dosar.records.scope.consent_words import Lack, MissingConsent
from dosar.records.scope.write_checks import cases_in_reach

WHY_MISSING: dict[Lack, str] = {
    "none": msgid("%(consent)s: there is none in this case. File the sheet “%(sheet)s” with it first."),
    "waits": msgid("%(consent)s: the sheet “%(sheet)s” with it waits. Ask a colleague to accept it first."),
    "later": msgid(
        "%(consent)s: there is one from %(day)s on, and this is of an earlier day. Correct the date if it is wrong."
    ),
    "over": msgid(
        "%(consent)s: there is none since %(day)s. Correct the date if it is wrong, or file the sheet “%(sheet)s” once "
        "the person gives it again."
    ),
}
"""Why a sheet is not kept, and what to do."""
URGENT_REMEDY = msgid("%(why)s If it could not wait, answer “%(question)s”.")
NOT_HERS = Message(
    "The day of a sheet that names a case which is not among yours is changed by somebody who works on that case. "
    "Leave it as it was, or ask the coordinator."
)
FILED_BEFORE = msgid("%(why)s This sheet was filed without it; if your correction is right, save.")


def lacking_consent(submission: Submission, answers: Answers) -> list[ValidationIssue]:
    """What is wrong with a sheet on whose day there is no consent; of one that was filed without, a doubt."""
    needed = submission.repository.definition.consents_needed.get(submission.form.key, ())
    asked = [
        found
        for each in needed
        if not _is_urgent(each, answers)
        for found in _days(submission, each, answers)
        if found[1].day != found[1].before or found[0][0] in submission.asked_questions
    ]
    if not asked or not submission.asked_questions:
        return []
    session, days = submission.repository.session, [day for _, day in asked]
    words, own = consent_words_for(session, days), {submission.case_id}
    reached = own | cases_in_reach(session, {day.case_id for day in days} - own)
    moved = [where for where, day in asked if day.case_id not in reached and day.before not in (None, day.day)]
    return [_not_hers(submission, where) for where in moved] + [
        issue
        for where, day in asked
        if day.case_id in reached
        and (missing := missing_for(words, day)) is not None
        and (issue := _issue(submission, where, day, missing, was_missing_before(words, day))) is not None
    ]


def _is_urgent(needed: NeededConsent, answers: Answers) -> bool:
    return needed.unless is not None and answers.get(needed.unless) not in (None, "")


def _days(submission: Submission, needed: NeededConsent, answers: Answers) -> Iterator[tuple[AnswerPath, DayInCase]]:
    """Each case for which the sheet needs the consent, with the place where that is told."""
    day, before = _day(submission, needed, answers), _day_before(submission, needed)
    if needed.rows is None:
        if submission.case_id is not None:
            yield (needed.day or "",), DayInCase(needed, submission.case_id, day, before)
        return
    had = {row.get(needed.case_column) for row in submission.saved.get(needed.rows) or ()}
    for number, row in enumerate(answers.get(needed.rows) or ()):
        case_id = row.get(needed.case_column)
        if isinstance(case_id, int):
            was = before if case_id in had else None
            yield (needed.rows, str(number), needed.case_column), DayInCase(needed, case_id, day, was)


def _day(submission: Submission, needed: NeededConsent, answers: Answers) -> date:
    question = submission.form.questions[needed.day] if needed.day is not None else None
    kept = question.stored(answers.get(question.name)) if question is not None else {}
    answered: date | None = kept.get(needed.day or "")
    if answered is not None:
        return answered
    return submission.today if submission.record is None else day_filed(submission.record)


def _day_before(submission: Submission, needed: NeededConsent) -> date | None:
    """The day of a corrected sheet before, unless it needed no consent then, or is accepted by the correction."""
    record = submission.record
    if record is None or _is_urgent(needed, submission.saved) or (record.to_check and not submission.actor.checked):
        return None
    return _day(submission, needed, submission.saved)


def _issue(
    submission: Submission, where: AnswerPath, asked: DayInCase, missing: MissingConsent, soft: bool
) -> ValidationIssue | None:
    """A doubt is told once: on the page that asks for the day."""
    here = where[0] in submission.asked_questions
    if soft and not here:
        return None
    why = why_missing(submission.repository, submission.language, asked.needed, missing)
    told = Message(FILED_BEFORE, {"why": why}) if soft else _with_urgent_remedy(submission, asked.needed, why)
    place = where if here else (next(iter(submission.asked_questions)),)
    return ConsentMissing(place, told, soft, form=asked.needed.consent.form, case_id=asked.case_id)


def _not_hers(submission: Submission, where: AnswerPath) -> ValidationIssue:
    """Refused whatever the case says of its consent: else she would learn its days from what is refused."""
    here = where[0] in submission.asked_questions
    return ValidationIssue(where if here else (next(iter(submission.asked_questions)),), NOT_HERS)


def _with_urgent_remedy(submission: Submission, needed: NeededConsent, why: Message) -> Message:
    question = submission.asked_questions.get(needed.unless or "")
    if question is None:
        return why
    return Message(URGENT_REMEDY, {"why": why, "question": text_in_language(question.label, submission.language)})


def why_missing(repository: Repository, language: str, needed: NeededConsent, missing: MissingConsent) -> Message:
    """Why a sheet that needs the consent is not kept, and what to do."""
    consent = needed.consent
    return Message(
        WHY_MISSING[missing.why],
        {
            "consent": text_in_language(consent.rule.title, language),
            "sheet": text_in_language(repository.forms[consent.form].title, language),
            "day": format_day(missing.day, language) if missing.day is not None else "",
        },
    )
