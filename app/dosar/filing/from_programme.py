"""What a stay takes from the programme's sheet when it is filed: the limits of its phase, which nobody types.

They stay as they were taken, so that another limit in the programme's sheet is one for new stays; a stay that moves to
another place or phase takes those that hold there.
"""

from collections.abc import Sequence
from typing import Any

from dosar.filing.submission import Submission
from dosar.language.organisation.programme import Programme, Terms
from dosar.language.question import Answers
from dosar.records.beds.free_beds import stays_declared
from dosar.records.beds.programme_terms import rows_of_phase
from dosar.records.scope.row_scope import SYSTEM_SCOPE, acting_as


def answers_from_programme(submission: Submission, read: Answers) -> Answers:
    """The answers to the questions with ``from_programme`` that are new with what was read."""
    taking = {
        name: question.from_programme for name, question in submission.form.questions.items() if question.from_programme
    }
    declared = stays_declared(submission.repository, submission.form) if taking else None
    if declared is None or declared.terms is None:
        return {}
    answers = {**submission.initial_answers, **read}
    if not _asks_anew(declared, submission.saved, answers, taking):
        return {}
    row = _row(submission, declared, declared.terms, answers)
    return {name: row.get(column) for name, column in taking.items() if column}


def _asks_anew(declared: Programme, saved: Answers, answers: Answers, taking: Any) -> bool:
    moved = any(saved.get(name) != answers.get(name) for name in (declared.stays.place, declared.stays.phase))
    return moved or all(answers.get(name) is None for name in taking)


def _row(submission: Submission, declared: Programme, terms: Terms, answers: Answers) -> Answers:
    """The row of the phase in the sheet of the place's programme. Without such a one, the only row that any programme
    has for the phase; where several say something different, nobody knows which holds."""
    phase, place = answers.get(declared.stays.phase), answers.get(declared.stays.place)
    if not isinstance(phase, str):
        return {}
    with acting_as(SYSTEM_SCOPE):
        rows: Sequence[tuple[bool, Answers]] = rows_of_phase(
            submission.repository, declared, terms, phase, place if isinstance(place, int) else None
        )
    own = [row for is_own, row in rows if is_own]
    if own:
        return own[0]
    return rows[0][1] if len(rows) == 1 else {}
