"""Before a stay is filed: is the person elsewhere on these days, is the place one of this phase, is a bed free?

One person too many may be placed by the roles that ``stages.yaml`` names, with a reason; the rest is refused. The same
is asked once more in the transaction that keeps the sheet (:mod:`dosar.filing.save`).
"""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import select

from dosar.fields.formats.days import format_day
from dosar.filing.result import Overbooked
from dosar.filing.submission import Submission
from dosar.language.answers.validation import ValidationIssue
from dosar.language.organisation.programme import Programme
from dosar.language.question import Answers
from dosar.language.text.message import Message, msgid
from dosar.language.text.texts import text_in_language
from dosar.records.beds.free_beds import BedWish, bed_troubles, bed_wish, stays_declared
from dosar.records.beds.stay_days import Days
from dosar.records.scope.row_scope import SYSTEM_SCOPE, acting_as

ELSEWHERE = msgid(
    "The same person has a stay from %(since)s to %(until)s, and nobody is in two places at once. Change the days "
    "here, or write on that sheet when the person left."
)
ELSEWHERE_STILL = msgid(
    "The same person has a stay since %(since)s and has not left, and nobody is in two places at once. Write on that "
    "sheet when the person left, or change the days here."
)
OTHER_PHASE = msgid(
    "This place is for “%(place)s”, the stay for “%(asked)s”. Choose another place, or the other phase."
)
ONE_TOO_MANY = msgid(
    "Every bed of this place is taken on %(day)s. To place one person more there, tick that it is right and write why."
)
NO_BED_FREE = msgid("Every bed of this place is taken on %(day)s. Choose another place or other days.")
NO_BED_BUT = msgid(
    "Every bed of this place is taken on %(day)s. Choose another place or other days, or ask who may place one person "
    "more there: %(who)s."
)


def bed_issues(submission: Submission, answers: Answers) -> Iterator[ValidationIssue]:
    """What stands against the stay, as far as its days, its place and its phase are new."""
    declared = stays_declared(submission.repository, submission.form)
    if declared is None or submission.case_id is None or not submission.asked_questions:
        return
    stays, saved = declared.stays, submission.saved
    yield from _other_phase(submission, declared, answers)
    wish = bed_wish(stays, submission.case_id, answers, saved, submission.today, submission.record_id)
    yield from _no_bed(submission, declared, wish)


def _no_bed(submission: Submission, declared: Programme, wish: BedWish) -> Iterator[ValidationIssue]:
    troubles, stays = bed_troubles(submission.repository, declared, wish, submission.today), declared.stays
    if troubles.elsewhere:
        where = _where(submission, stays.since, stays.left, stays.place)
        yield ValidationIssue(where, _elsewhere(submission, troubles.elsewhere))
    if troubles.full_on is None:
        return
    where, day = _where(submission, stays.place, stays.since), format_day(troubles.full_on, submission.language)
    roles = submission.actor.roles or frozenset()
    if not roles.isdisjoint(declared.overbooked_by):
        yield Overbooked(where, Message(ONE_TOO_MANY, {"day": day}), soft=True)
    elif who := _who_may(submission, declared):
        yield ValidationIssue(where, Message(NO_BED_BUT, {"day": day, "who": who}))
    else:
        yield ValidationIssue(where, Message(NO_BED_FREE, {"day": day}))


def _elsewhere(submission: Submission, other: Days) -> Message:
    since = format_day(other.since, submission.language)
    if other.is_open:
        return Message(ELSEWHERE_STILL, {"since": since})
    return Message(ELSEWHERE, {"since": since, "until": format_day(other.until, submission.language)})


def _who_may(submission: Submission, declared: Programme) -> tuple[str, ...]:
    return tuple(
        text_in_language(role.title, submission.language)
        for role in submission.repository.definition.roles.roles
        if role.role in declared.overbooked_by
    )


def _other_phase(submission: Submission, declared: Programme, answers: Answers) -> Iterator[ValidationIssue]:
    """A stay of one phase in a place of another."""
    stays, saved = declared.stays, submission.saved
    place_id, phase = answers.get(stays.place), answers.get(stays.phase)
    if all(answers.get(name) == saved.get(name) for name in (stays.place, stays.phase)):
        return
    if not isinstance(place_id, int) or not isinstance(phase, str):
        return
    place: Any = submission.repository.record_class(declared.places.form)
    with acting_as(SYSTEM_SCOPE), submission.repository.session.no_autoflush:
        query = select(getattr(place, declared.places.phase)).where(place.id == place_id)
        wanted = submission.repository.session.scalar(query)
    if isinstance(wanted, str) and wanted != phase:
        question, reading = submission.form.questions[stays.phase], submission.cells.reading
        shown = {"place": question.shown(wanted, reading), "asked": question.shown(phase, reading)}
        yield ValidationIssue(_where(submission, stays.place, stays.phase), Message(OTHER_PHASE, shown))


def _where(submission: Submission, *names: str) -> tuple[str, ...]:
    """The first of the questions that is asked here."""
    asked = submission.asked_questions
    return (next((name for name in names if name in asked), next(iter(asked))),)
