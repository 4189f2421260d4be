"""Which moves of questions can be done, and what is said of those that wait.

Nothing moves while one of the answers has no place to go to, or more than one.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from sqlalchemy import (
    Connection,
)

from dosar.language.form import CASE_FORM, Form
from dosar.language.load.finding import Finding, finding
from dosar.language.load.folder import FolderReading
from dosar.language.organisation.roles import Roles
from dosar.language.question import Question
from dosar.language.text.message import msgid
from dosar.migrations.compare.question_moves import QuestionMove, pair_sheets

NO_PLACE = msgid(
    'The answers to "%(was)s" (%(count)s) cannot all move: each goes to the one sheet of "%(form)s" of its case. '
    "Without such a sheet: %(without)s; with more than one: %(several)s; in cases where more than one sheet answers "
    "it: %(twice)s; answered there already: %(taken)s. Take this line away for now, enter or delete sheets until each "
    "has one place, and put it back; or put the question back where it was."
)
ONCE_MENDED = msgid('The answers to "%(was)s" can move once the mistakes in %(file)s are mended.')
ONLY_OF_CASES = msgid(
    "Answers move only between forms that belong to cases and are no ledgers; a table of rows, a code and what is "
    'computed stay where they are. Put "%(was)s" back, and take this line away.'
)


def judge_moves(
    moves: Iterable[QuestionMove],
    reading: FolderReading,
    connection: Connection,
    roles: tuple[Roles, Roles],
    converting: bool,
) -> tuple[list[QuestionMove], list[Finding]]:
    """The moves to be done now, and what is said of the others; both their forms go on as they were."""
    ready: list[QuestionMove] = []
    findings: list[Finding] = []
    broken, before = reading.broken(), list(reading.findings)
    claimed: set[str] = set()
    for move in moves:
        found = list(_move_findings(move, claimed, reading, broken, connection))
        claimed.add(move.was)
        if not found:
            count = len(pair_sheets(connection, move).found)
            move = replace(move, count=count, newly_read_by=_new_readers(move, *roles) if count else "")
            found = list(_waiting_findings(move)) if count and not converting else []
        findings += [*found, *_staying_findings(move, reading)] if found else []
        ready += [] if found else [move]
    return _without_held_up(ready, findings, reading, before), findings


def _without_held_up(
    ready: list[QuestionMove], findings: list[Finding], reading: FolderReading, before: list[Finding]
) -> list[QuestionMove]:
    """The moves of which neither form waits for another move; what is said of the rest is added to ``findings``."""
    while stuck := [move for move in ready if move.parts & _broken_parts(reading, before, findings)]:
        broken = _broken_parts(reading, before, findings)
        for move in stuck:
            findings += [_held_up_finding(move, reading, broken), *_staying_findings(move, reading)]
        ready = [move for move in ready if move not in stuck]
    return ready


def _move_obstacle(
    move: QuestionMove, reading: FolderReading, broken: set[str], connection: Connection
) -> Finding | None:
    """Why the question cannot go where its file says."""
    names = {"was": move.was, "name": move.name}
    file = reading.sources.get(f"form:{move.key}")
    made = reading.parts.get(f"form:{move.key}")
    if isinstance(made, Form) and move.older.name in made.questions:
        return finding(
            move.place,
            "F058",
            '"%(was)s" is still asked there: take the question out of %(file)s, or take this line away.',
            file=file.file if file else "",
            **names,
        )
    if file is not None and f"form:{move.key}" in broken:
        return finding(move.place, "F058", ONCE_MENDED, file=file.file, **names)
    if not _is_movable(move):
        return finding(move.place, "F058", ONLY_OF_CASES, **names)
    if not move.now.is_wider_than(move.older) or (move.older.unknown and not move.now.unknown):
        return finding(
            move.place,
            "F058",
            'The answers to "%(was)s" do not fit "%(name)s". Put the question back where it was, '
            "and take this line away.",
            **names,
        )
    found = pair_sheets(connection, move)
    if found.unplaced_count:
        return finding(
            move.place,
            "F058",
            NO_PLACE,
            was=move.was,
            form=move.target.key,
            count=found.unplaced_count + len(found.found),
            without=found.without,
            several=found.several,
            twice=found.twice,
            taken=found.taken,
        )
    return None


def _is_movable(move: QuestionMove) -> bool:
    forms = [move.source, move.target, *([move.deployed_target] if move.deployed_target else [])]
    versions = move.older, move.now
    return (
        move.key != move.target.key
        and all(form.belongs_to or form.key == CASE_FORM for form in forms)
        and not any(form.append_only for form in forms)
        and not any(
            question.columns_asked() or question.computed or question.issued or not question.column_types()
            for question in versions
        )
    )


def _waiting_findings(move: QuestionMove) -> Iterator[Finding]:
    """What only ``dosar upgrade`` does."""
    yield finding(
        move.place,
        "F025",
        'The answers to "%(was)s" (%(count)s) must move to "%(name)s": run "dosar upgrade".',
        was=move.was,
        name=move.name,
        count=move.count,
    )
    if move.newly_read_by:
        yield finding(
            move.place,
            "F049",
            'More people would read the answers to "%(was)s" (%(count)s): %(who)s. If that is '
            'meant, run "dosar upgrade"; if not, put the question back where it was, and take this line away.',
            was=move.was,
            count=move.count,
            who=move.newly_read_by,
        )


def _held_up_finding(move: QuestionMove, reading: FolderReading, broken: set[str]) -> Finding:
    file = next(reading.sources[part].file for part in sorted(move.parts & broken & reading.sources.keys()))
    return finding(move.place, "F058", ONCE_MENDED, was=move.was, file=file)


def _staying_findings(move: QuestionMove, reading: FolderReading) -> Iterator[Finding]:
    """Said of the form that the question leaves: it goes on as it was until then."""
    source, made = reading.sources.get(f"form:{move.key}"), reading.parts.get(f"form:{move.key}")
    if source is not None and isinstance(made, Form) and move.older.name not in made.questions:
        yield finding(
            source.place(("sections",)),
            "F058",
            'This form waits until the answers to "%(was)s" can move: see %(file)s, line %(line)s.',
            was=move.was,
            file=move.place.file,
            line=move.place.line,
        )


def _broken_parts(reading: FolderReading, before: Iterable[Finding], findings: Iterable[Finding]) -> set[str]:
    return replace(reading, findings=[*before, *findings]).broken()


def _move_findings(
    move: QuestionMove, claimed: set[str], reading: FolderReading, broken: set[str], connection: Connection
) -> Iterator[Finding]:
    if move.was in claimed:
        yield finding(
            move.place,
            "F058",
            'Another question says already that it was "%(was)s": take one of the two lines away.',
            was=move.was,
        )
    elif f"form:{move.target.key}" in broken:
        yield _held_up_finding(move, reading, broken)
    elif found := _move_obstacle(move, reading, broken, connection):
        yield found


def _new_readers(move: QuestionMove, before: Roles, after: Roles) -> str:
    """Who reads the answers in the other form and did not where they are: roles, or people that a record names."""
    had = {role.role for role in before.roles if _role_reads(role, move.key, move.older)}
    more = [role.role for role in after.roles if role.role not in had and _role_reads(role, move.target.key, move.now)]
    freed = sorted(move.older.clearances - move.now.clearances)
    return ", ".join(
        [
            *more,
            *(f"sensitivity: {clearance}" for clearance in freed),
            *(f"private_to: {name}" for name in move.source.private_to),
        ]
    )


def _role_reads(role: Any, form: str, question: Question) -> bool:
    return "see" in role.actions(form) and question.clearances <= role.clearances
