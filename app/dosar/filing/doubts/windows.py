"""Before an activity is filed: did somebody take part whose stay has no time for it, by the programme's sheet?

Asked softly of whoever stays somewhere on that day; when she came is not told. Who sees no stays, or not the phase or
the first day of one, is not asked, nor is of cases out of reach: the question alone would tell of the stay.
"""

from collections.abc import Iterator, Mapping
from datetime import date

from dosar.filing.submission import Submission
from dosar.language.answers.validation import ValidationIssue
from dosar.language.organisation.programme import Activities, Programme
from dosar.language.question import Answers
from dosar.language.text.message import Message, msgid
from dosar.records.beds.activity_windows import PhaseOfStay, Window, stays_on, windows_of
from dosar.records.scope.row_scope import SYSTEM_SCOPE, acting_as
from dosar.records.scope.write_checks import cases_in_reach

OUTSIDE = msgid(
    "On this day the stay is outside the time that the programme's sheet gives to the activity: %(when)s. If it is "
    "right as it stands, save."
)
BETWEEN = msgid("from %(since)s to %(until)s months after the check-in, “%(where)s”")
AFTER = msgid("from %(since)s months after the check-in, “%(where)s”")


def outside_windows(submission: Submission, answers: Answers) -> Iterator[ValidationIssue]:
    """The doubt by each participant who is outside, as far as the activity, its day or the participant is new."""
    declared = submission.repository.definition.stages.programme
    activities = declared.activities if declared else None
    if declared is None or activities is None or activities.form != submission.form.key or declared.windows is None:
        return
    if not _sees_stays(submission, declared):
        return
    day, kind = answers.get(activities.day), _kind(submission, activities, answers)
    cases = _participants(activities, answers)
    if not {activities.day, activities.kind} & _changed_names(submission, answers, activities):
        known = {*_participants(activities, submission.saved).values()}
        cases = {row: case for row, case in cases.items() if case not in known}
    if not isinstance(day, date) or kind is None or not cases or not submission.asked_questions:
        return
    reached = cases_in_reach(submission.repository.session, {*cases.values()})
    with acting_as(SYSTEM_SCOPE), submission.repository.session.no_autoflush:
        windows = windows_of(submission.repository, declared.windows, kind)
        stays = stays_on(submission.repository, declared, reached, day) if windows else {}
    for row, case in cases.items():
        stay = stays.get(case)
        theirs = _windows_for(stay, windows) if stay else []
        if stay and theirs and not any(window.holds(stay, day) for window in theirs):
            yield ValidationIssue(_where(submission, activities, row), _told(submission, declared, theirs), soft=True)


def _sees_stays(submission: Submission, declared: Programme) -> bool:
    """Whether she may know of stays what the question is about."""
    form = declared.stays.form
    names = {declared.stays.phase, declared.stays.since}
    return submission.sees(form) and names <= {*submission.forms[form].questions}


def _changed_names(submission: Submission, answers: Answers, activities: Activities) -> set[str]:
    """Which of the day and the activity are answered otherwise than before."""
    names = (activities.day, activities.kind)
    return {name for name in names if answers.get(name) != submission.saved.get(name)}


def _kind(submission: Submission, activities: Activities, answers: Answers) -> str | None:
    question, answer = submission.form.questions[activities.kind], answers.get(activities.kind)
    return None if answer is None else next((code for code, _ in question.choices_in(answer)), None)


def _participants(activities: Activities, answers: Answers) -> Mapping[int, int]:
    """The place of each row → its case; those who were away are none."""
    return {
        position: row[activities.case]
        for position, row in enumerate(answers.get(activities.rows) or ())
        if row.get(activities.case) is not None and (activities.present is None or row.get(activities.present) is True)
    }


def _windows_for(stay: PhaseOfStay, windows: list[Window]) -> list[Window]:
    """Those of her own programme; where her place has none, of every one."""
    own = [window for window in windows if window.programme_id == stay.programme_id]
    return own if stay.programme_id is not None else windows


def _where(submission: Submission, activities: Activities, row: int) -> tuple[str, ...]:
    table = submission.asked_questions.get(activities.rows)
    if table is not None and table.column(activities.case) is not None:
        return (activities.rows, str(row), activities.case)
    return (next(iter(submission.asked_questions)),)


def _told(submission: Submission, declared: Programme, windows: list[Window]) -> Message:
    phase = submission.repository.forms[declared.stays.form].questions[declared.stays.phase]
    when = tuple(
        Message(
            AFTER if window.until is None else BETWEEN,
            {
                "since": window.since,
                "until": window.until,
                "where": phase.shown(window.phase, submission.cells.reading),
            },
        )
        for window in windows
    )
    return Message(OUTSIDE, {"when": when})
