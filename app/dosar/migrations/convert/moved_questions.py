"""A question goes to another form of the case, with its answers: each to the one sheet of the same case.

Nothing moves while one of the answers has no place to go to, or more than one.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    DateTime,
    Integer,
    MetaData,
    Table,
    insert,
    inspect,
    or_,
    select,
    update,
)

from dosar.database.append_only import table_opened
from dosar.database.system_tables import attachment_table, history_table, utc_now
from dosar.language.checks.form_comparison import paths_by_column, questions_by_column
from dosar.language.form import CASE_FORM, Form
from dosar.language.load.finding import FilePlace, Finding, finding
from dosar.language.load.folder import FolderReading
from dosar.language.question import Question
from dosar.language.roles import Roles
from dosar.language.text.message import Message, msgid
from dosar.migrations.convert.conversion import write_columns
from dosar.records.history.renamed_questions import (
    MOVED_AWAY,
    MOVED_HERE,
    QuestionContents,
    keep_question_move,
    widen_answer,
)

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


@dataclass(frozen=True)
class QuestionMove:
    """A question that stands in another form from now on."""

    source: Form
    """As it stands."""
    asked: Question
    """As it was asked there."""
    target: Form
    now: Question
    place: FilePlace
    key: str = ""
    """What the source is called from now on."""
    stands: Form | None = None
    """The target as it stands, if it does."""
    count: int = 0
    """How many answers there are."""
    newly_read_by: str = ""
    """Who reads them from now on and did not before."""

    @property
    def was(self) -> str:
        return f"{self.key}.{self.asked.name}"

    @property
    def name(self) -> str:
        return f"{self.target.key}.{self.now.name}"

    @property
    def parts(self) -> set[str]:
        return {f"form:{self.key}", f"form:{self.target.key}"}


@dataclass
class MovePairs:
    """Which answer goes where, by the numbers of the records, and how many have no place."""

    found: dict[int, int]
    without: int = 0
    several: int = 0
    twice: int = 0
    taken: int = 0

    @property
    def unplaced_count(self) -> int:
        return self.without + self.several + self.twice + self.taken


def wanted_moves(reading: FolderReading, standing: Mapping[str, Form], forms: Iterable[Form]) -> Iterator[QuestionMove]:
    """The moves that the files ask for, of questions that stand elsewhere; ``forms`` have their choices in hand."""
    for form in forms:
        places = paths_by_column(form)
        for (rows_of, name), question in questions_by_column(form).items():
            key, _, was = (question.was or "").rpartition(".")
            key = key if key in standing else reading.new_names.get(key, key)
            if key in standing and not rows_of and ("", was) in questions_by_column(standing[key]):
                place = reading.sources[f"form:{form.key}"].place((*places["", name], "was"))
                yield QuestionMove(
                    standing[key], standing[key].questions[was], form, question, place, key, standing.get(form.key)
                )


def pair_sheets(connection: Connection, move: QuestionMove, source: str = "", target: str = "") -> MovePairs:
    """Which sheet each answer goes to: the only one of its case that is in use, deleted or waiting like its own.

    ``source`` and ``target`` are the names of the tables, if they are not those of the forms by now.
    """
    answered, there = defaultdict(list), defaultdict(list)
    for where, number, is_answered in _answering_sheets(
        connection, source or move.source.key, move.source, [move.asked]
    ):
        if is_answered:
            answered[where].append(number)
    taken: set[int] = set()
    if move.stands is not None:
        before = [move.stands.questions[move.now.name]] if move.now.name in move.stands.questions else []
        for where, number, is_answered in _answering_sheets(connection, target or move.stands.key, move.stands, before):
            there[where].append(number)
            taken |= {number} if is_answered else set()
    found = MovePairs({})
    for where, numbers in answered.items():
        _add_pair(found, numbers, there[where], taken)
    return found


def _add_pair(found: MovePairs, numbers: list[int], there: list[int], taken: set[int]) -> None:
    if len(numbers) > 1:
        found.twice += len(numbers)
    elif not there:
        found.without += 1
    elif len(there) > 1:
        found.several += 1
    elif there[0] in taken:
        found.taken += 1
    else:
        found.found[numbers[0]] = there[0]


def _answering_sheets(
    connection: Connection, name: str, form: Form, questions: list[Question]
) -> Iterator[tuple[Any, int, bool]]:
    """Every sheet of the form: where it belongs, its number, and whether it answers one of the questions."""
    if not inspect(connection).has_table(name):
        return
    case = "id" if form.key == CASE_FORM else "case_id"
    columns = [column for question in questions for column in question.columns()]
    table = Table(
        name,
        MetaData(),
        Column("id", Integer, primary_key=True),
        *([Column(case, Integer)] if case != "id" else []),
        Column("deleted_at", DateTime),
        Column("to_check", Boolean),
        *columns,
    )
    is_answered = or_(*[column.is_not(None) for column in columns]) if columns else table.c.id.is_(None)
    wanted = select(table.c[case], table.c.id, table.c.deleted_at.is_not(None), table.c.to_check.is_(True), is_answered)
    for of_case, number, is_deleted, is_waiting, answers in connection.execute(wanted):
        yield (of_case, bool(is_deleted), bool(is_waiting)), number, bool(answers)


# --- what is said of it ------------------------------------------------------------------------------


def _move_obstacle(
    move: QuestionMove, reading: FolderReading, broken: set[str], connection: Connection
) -> Finding | None:
    """Why the question cannot go where its file says."""
    names = {"was": move.was, "name": move.name}
    file = reading.sources.get(f"form:{move.key}")
    made = reading.parts.get(f"form:{move.key}")
    if isinstance(made, Form) and move.asked.name in made.questions:
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
    if not move.now.is_wider_than(move.asked) or (move.asked.unknown and not move.now.unknown):
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
    forms = [move.source, move.target, *([move.stands] if move.stands else [])]
    asked = move.asked, move.now
    return (
        move.key != move.target.key
        and all(form.belongs_to or form.key == CASE_FORM for form in forms)
        and not any(form.append_only for form in forms)
        and not any(one.columns_asked() or one.computed or one.issued or not one.column_types() for one in asked)
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
    if source is not None and isinstance(made, Form) and move.asked.name not in made.questions:
        yield finding(
            source.place(("sections",)),
            "F058",
            'This form waits until the answers to "%(was)s" can move: see %(file)s, line %(line)s.',
            was=move.was,
            file=move.place.file,
            line=move.place.line,
        )


def judge_moves(
    moves: Iterable[QuestionMove],
    reading: FolderReading,
    connection: Connection,
    roles: tuple[Roles, Roles],
    converting: bool,
) -> tuple[list[QuestionMove], list[Finding]]:
    """The moves to be done now, and what is said of the others; both their forms go on as they were."""
    done: list[QuestionMove] = []
    told: list[Finding] = []
    broken, before = reading.broken(), list(reading.findings)
    claimed: set[str] = set()
    for one in moves:
        found = list(_move_findings(one, claimed, reading, broken, connection))
        claimed.add(one.was)
        if not found:
            count = len(pair_sheets(connection, one).found)
            one = replace(one, count=count, newly_read_by=_new_readers(one, *roles) if count else "")
            found = list(_waiting_findings(one)) if count and not converting else []
        told += [*found, *_staying_findings(one, reading)] if found else []
        done += [] if found else [one]
    while stuck := [one for one in done if one.parts & _broken_parts(reading, before, told)]:
        told += [
            each
            for one in stuck
            for each in (
                _held_up_finding(one, reading, _broken_parts(reading, before, told)),
                *_staying_findings(one, reading),
            )
        ]
        done = [one for one in done if one not in stuck]
    return done, told


def _broken_parts(reading: FolderReading, before: Iterable[Finding], told: Iterable[Finding]) -> set[str]:
    return replace(reading, findings=[*before, *told]).broken()


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
    had = {role.role for role in before.roles if _role_reads(role, move.key, move.asked)}
    more = [role.role for role in after.roles if role.role not in had and _role_reads(role, move.target.key, move.now)]
    freed = {move.asked.sensitivity} - {move.now.sensitivity, None}
    return ", ".join(
        [
            *more,
            *(f"sensitivity: {one}" for one in freed),
            *(f"private_to: {one}" for one in move.source.private_to),
        ]
    )


def _role_reads(role: Any, form: str, question: Question) -> bool:
    return "see" in role.actions(form) and (question.sensitivity is None or question.sensitivity in role.clearances)


# --- the database ------------------------------------------------------------------------------------


def move_answers(connection: Connection, move: QuestionMove, definitions: list[QuestionContents] | None) -> None:
    """Write every answer into the other form, and into the history of both sheets; files go along."""
    found = pair_sheets(connection, move, move.key, move.target.key).found
    source = Table(move.key, MetaData(), Column("id", Integer, primary_key=True), *move.asked.columns())
    target = Table(move.target.key, MetaData(), Column("id", Integer, primary_key=True), *move.now.columns())
    rows = []
    for row in connection.execute(select(source)).mappings():
        if row["id"] in found:
            answer = move.asked.restore_answer(dict(row))
            fresh = widen_answer(move.now, move.asked, answer)
            rows.append({"id": found[row["id"]], **move.now.stored(fresh)})
            _note_in_history(
                connection,
                move.source,
                move.key,
                row["id"],
                MOVED_AWAY,
                {move.asked.name: [move.asked.to_json(answer), None]},
            )
            _note_in_history(
                connection,
                move.target,
                move.target.key,
                found[row["id"]],
                MOVED_HERE,
                {move.now.name: [None, move.now.to_json(fresh)]},
            )
    if rows:
        with table_opened(connection, move.target.key):
            write_columns(connection, target, rows)
    for was, becomes in found.items() if move.asked.attached else ():
        connection.execute(
            update(attachment_table)
            .where(
                attachment_table.c.form == move.key,
                attachment_table.c.rows_of == "",
                attachment_table.c.question == move.asked.name,
                attachment_table.c.record_id == was,
            )
            .values(form=move.target.key, question=move.now.name, record_id=becomes)
        )
    keep_question_move(connection, move.key, move.asked.name, move.target.key, move.now.name, definitions)


def _note_in_history(connection: Connection, form: Form, key: str, record_id: int, action: str, changes: Any) -> None:
    case = "id" if key == CASE_FORM else "case_id"
    table = Table(
        key,
        MetaData(),
        Column("id", Integer, primary_key=True),
        Column("form_version", Integer),
        *([Column(case, Integer)] if case != "id" else []),
    )
    row = connection.execute(select(table.c[case], table.c.form_version).where(table.c.id == record_id)).one()
    connection.execute(
        insert(history_table).values(
            form=key,
            record_id=record_id,
            case_id=row[0],
            at=utc_now(),
            user_id=None,
            action=action,
            form_version=row[1],
            changes=changes,
        )
    )


def describe_move(move: QuestionMove) -> Iterator[Message]:
    """The move in the plan of an upgrade."""
    if move.count:
        yield Message(
            "The answers to %(was)s (%(count)s) move to %(now)s.",
            {
                "was": move.was,
                "now": move.name,
                "count": move.count,
            },
        )
    if move.newly_read_by:
        yield Message(
            "More people read the answers to %(name)s (%(count)s) from now on: %(who)s.",
            {
                "name": move.name,
                "count": move.count,
                "who": move.newly_read_by,
            },
        )
