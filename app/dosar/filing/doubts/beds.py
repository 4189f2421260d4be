"""Before a stay is filed: is the person elsewhere on these days, is the place one of this phase, is a bed free? Before
a place is corrected: do those who stay there still fit?

One person too many may be placed by the roles that ``stages.yaml`` names, with a reason; the rest is refused. The same
is asked once more in the transaction that keeps the sheet (:mod:`dosar.filing.save`).
"""

from collections.abc import Iterator
from datetime import date
from typing import Any

from dosar.fields.formats.days import format_day
from dosar.filing.result import Overbooked
from dosar.filing.submission import Submission
from dosar.language.answers.validation import ValidationIssue
from dosar.language.organisation.programme import Programme
from dosar.language.question import Answers
from dosar.language.text.message import Message, msgid
from dosar.language.text.texts import text_in_language
from dosar.records.beds.free_beds import (
    ChangedSheet,
    bed_troubles,
    loses_beds,
    other_phase_on,
    programme_of_beds,
    reaches_every_stay_at,
)
from dosar.records.beds.required_beds import may_overbook
from dosar.records.beds.stay_days import Days
from dosar.records.repository import Repository

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


TOO_FEW_BEDS = msgid(
    "More people stay here on %(day)s, or are to, than the place would have beds. If it is right, tick so and write "
    "why."
)
BEDS_IN_USE = msgid(
    "More people stay here on %(day)s, or are to, than the place would have beds. Move a stay to another place first."
)
BEDS_IN_USE_BUT = msgid(
    "More people stay here on %(day)s, or are to, than the place would have beds. Move a stay to another place first, "
    "or ask who may leave one person without a bed: %(who)s."
)
FEWER_BEDS = msgid(
    "Fewer beds may be too few: in this place stay, or are to, people of cases that are not among yours. If it is "
    "right, tick so and write why."
)
FEWER_BEDS_REFUSED = msgid(
    "Fewer beds may be too few: in this place stay, or are to, people of cases that are not among yours. Leave the "
    "beds as they were."
)
FEWER_BEDS_BUT = msgid(
    "Fewer beds may be too few: in this place stay, or are to, people of cases that are not among yours. Leave the "
    "beds as they were, or ask who may write fewer: %(who)s."
)
HIDDEN_STAYS = msgid(
    "In this place stay, or are to, people of cases that are not among yours, perhaps in another phase. If it is "
    "right, save, and tell the coordinator."
)
OTHER_STAYS = msgid(
    "Somebody stays here on %(day)s, or is to, in another phase than the place would be for. If it is right, save, and "
    "correct the phase of the stays next."
)


def bed_issues(submission: Submission, answers: Answers) -> Iterator[ValidationIssue]:
    """What stands against the stay or the place, as far as its days, its beds or its phase are new."""
    declared = programme_of_beds(submission.repository, submission.form)
    if declared is None or not submission.asked_questions:
        return
    sheet = ChangedSheet(submission.form, answers, submission.saved, submission.case_id, submission.record_id)
    if submission.form.key == declared.stays.form:
        yield from _no_bed(submission, declared, sheet)
        return
    place, loses, phase = sheet.record_id, loses_beds(declared, sheet), declared.places.phase
    turns = answers.get(phase) != submission.saved.get(phase)
    hidden = (loses or turns) and _hides_stays(submission, declared, sheet)
    if place is not None and turns:
        yield from _other_stays(submission, declared, place, answers.get(phase), hidden)
    yield from _too_few_beds(submission, declared, sheet, hidden and loses)


def _no_bed(submission: Submission, declared: Programme, sheet: ChangedSheet) -> Iterator[ValidationIssue]:
    troubles, stays = bed_troubles(submission.repository, sheet, submission.today), declared.stays
    if troubles.phase_there is not None:
        question, reading = submission.form.questions[stays.phase], submission.cells.reading
        shown = {
            "place": question.shown(troubles.phase_there, reading),
            "asked": question.shown(sheet.answers.get(stays.phase), reading),
        }
        yield ValidationIssue(_where(submission, stays.place, stays.phase), Message(OTHER_PHASE, shown))
    if troubles.elsewhere:
        where = _where(submission, stays.since, stays.left, stays.place)
        yield ValidationIssue(where, _elsewhere(submission, troubles.elsewhere))
    if troubles.full_on is not None:
        where = _where(submission, stays.place, stays.since)
        yield _full(submission, declared, where, troubles.full_on, (ONE_TOO_MANY, NO_BED_BUT, NO_BED_FREE))


def _too_few_beds(
    submission: Submission, declared: Programme, sheet: ChangedSheet, hidden: bool
) -> Iterator[ValidationIssue]:
    """A place that loses beds in which somebody is to sleep.

    Where somebody stays whose case she does not reach, fewer beds are refused whatever their number: else she would
    learn by trying how many stay there, and from when on.
    """
    full_on = None if hidden else bed_troubles(submission.repository, sheet, submission.today).full_on
    if full_on is not None or hidden:
        counted = submission.form.questions[declared.places.beds]
        counting = counted.expressions().get("value") if counted.computed else None
        names = sorted(name.partition(".")[0] for name in counting.names) if counting else [counted.name]
        where = _where(submission, *names)
        texts = (
            (FEWER_BEDS, FEWER_BEDS_BUT, FEWER_BEDS_REFUSED) if hidden else (TOO_FEW_BEDS, BEDS_IN_USE_BUT, BEDS_IN_USE)
        )
        yield _full(submission, declared, where, full_on, texts)


def _hides_stays(submission: Submission, declared: Programme, sheet: ChangedSheet) -> bool:
    """Whether somebody stays in the place, or is to, whose case she does not reach."""
    return sheet.record_id is not None and not reaches_every_stay_at(
        submission.repository, declared, sheet.record_id, submission.today
    )


def _full(
    submission: Submission, declared: Programme, where: tuple[str, ...], day: date | None, texts: tuple[str, str, str]
) -> ValidationIssue:
    """One bed too few: confirmed with a reason, left to who may, or refused."""
    confirmed, left, refused = texts
    told = {"day": format_day(day, submission.language)} if day is not None else {}
    if may_overbook(declared, submission.actor.roles):
        return Overbooked(where, Message(confirmed, told), soft=True)
    if who := who_may_overbook(submission.repository, declared, submission.language):
        return ValidationIssue(where, Message(left, {**told, "who": who}))
    return ValidationIssue(where, Message(refused, told))


def _elsewhere(submission: Submission, other: Days) -> Message:
    since = format_day(other.since, submission.language)
    if other.is_open:
        return Message(ELSEWHERE_STILL, {"since": since})
    return Message(ELSEWHERE, {"since": since, "until": format_day(other.until, submission.language)})


def who_may_overbook(repository: Repository, declared: Programme, language: str) -> tuple[str, ...]:
    """What the roles are called that may place one person too many."""
    return tuple(
        text_in_language(role.title, language)
        for role in repository.definition.roles.roles
        if role.role in declared.overbooked_by
    )


def _other_stays(
    submission: Submission, declared: Programme, place: int, phase: Any, hidden: bool
) -> Iterator[ValidationIssue]:
    """A place that is to be for another phase than those who stay there are in; told without a day where somebody
    stays whose case she does not reach."""
    where = _where(submission, declared.places.phase)
    if hidden:
        yield ValidationIssue(where, Message(HIDDEN_STAYS), soft=True)
    elif (day := other_phase_on(submission.repository, declared, place, phase, submission.today)) is not None:
        yield ValidationIssue(where, Message(OTHER_STAYS, {"day": format_day(day, submission.language)}), soft=True)


def _where(submission: Submission, *names: str) -> tuple[str, ...]:
    """The first of the questions that is asked here."""
    asked = submission.asked_questions
    return (next((name for name in names if name in asked), next(iter(asked))),)
