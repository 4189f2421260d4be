"""Questions that stand in another form of the case from now on, and to which sheet each answer goes."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    DateTime,
    Integer,
    MetaData,
    Table,
    inspect,
    or_,
    select,
)

from dosar.database.sealing.answer_columns import readable_columns
from dosar.language.checks.changes.form_comparison import paths_by_column, questions_by_column
from dosar.language.form import CASE_FORM, Form
from dosar.language.load.finding import FilePlace
from dosar.language.load.folder import FolderReading
from dosar.language.question import Question


@dataclass(frozen=True)
class QuestionMove:
    """A question that stands in another form from now on."""

    source: Form
    """As it stands."""
    older: Question
    """As it was asked there."""
    target: Form
    now: Question
    place: FilePlace
    key: str = ""
    """What the source is called from now on."""
    deployed_target: Form | None = None
    """The target as it stands, if it does."""
    count: int = 0
    """How many answers there are."""
    newly_read_by: str = ""
    """Who reads them from now on and did not before."""

    @property
    def was(self) -> str:
        return f"{self.key}.{self.older.name}"

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


def wanted_moves(reading: FolderReading, deployed: Mapping[str, Form], forms: Iterable[Form]) -> Iterator[QuestionMove]:
    """The moves that the files ask for, of questions that stand elsewhere; ``forms`` have their choices in hand."""
    for form in forms:
        places = paths_by_column(form)
        for (rows_of, name), question in questions_by_column(form).items():
            key, _, was = (question.was or "").rpartition(".")
            key = key if key in deployed else reading.new_names.get(key, key)
            if key in deployed and not rows_of and ("", was) in questions_by_column(deployed[key]):
                place = reading.sources[f"form:{form.key}"].place((*places["", name], "was"))
                yield QuestionMove(
                    deployed[key], deployed[key].questions[was], form, question, place, key, deployed.get(form.key)
                )


def pair_sheets(connection: Connection, move: QuestionMove, source: str = "", target: str = "") -> MovePairs:
    """Which sheet each answer goes to: the only one of its case that is in use, deleted or waiting like its own.

    ``source`` and ``target`` are the names of the tables, if they are not those of the forms by now.
    """
    answered, by_case = defaultdict(list), defaultdict(list)
    for where, number, is_answered in _answering_sheets(
        connection, source or move.source.key, move.source, [move.older]
    ):
        if is_answered:
            answered[where].append(number)
    taken: set[int] = set()
    if move.deployed_target is not None:
        before = (
            [move.deployed_target.questions[move.now.name]] if move.now.name in move.deployed_target.questions else []
        )
        for where, number, is_answered in _answering_sheets(
            connection, target or move.deployed_target.key, move.deployed_target, before
        ):
            by_case[where].append(number)
            taken |= {number} if is_answered else set()
    found = MovePairs({})
    for where, numbers in answered.items():
        _add_pair(found, numbers, by_case[where], taken)
    return found


def _add_pair(found: MovePairs, numbers: list[int], targets: list[int], taken: set[int]) -> None:
    if len(numbers) > 1:
        found.twice += len(numbers)
    elif not targets:
        found.without += 1
    elif len(targets) > 1:
        found.several += 1
    elif targets[0] in taken:
        found.taken += 1
    else:
        found.found[numbers[0]] = targets[0]


def _answering_sheets(
    connection: Connection, name: str, form: Form, questions: list[Question]
) -> Iterator[tuple[Any, int, bool]]:
    """Every sheet of the form: where it belongs, its number, and whether it answers one of the questions."""
    if not inspect(connection).has_table(name):
        return
    case = "id" if form.key == CASE_FORM else "case_id"
    columns = [column for question in questions for column in readable_columns(question)]
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
    query = select(table.c[case], table.c.id, table.c.deleted_at.is_not(None), table.c.to_check.is_(True), is_answered)
    for of_case, number, is_deleted, is_waiting, answers in connection.execute(query):
        yield (of_case, bool(is_deleted), bool(is_waiting)), number, bool(answers)
