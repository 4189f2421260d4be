"""What may change in a form that has answers already, and what would lose some of them.

Compared are the questions as their columns stand in the database and the questions of the file.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dosar.language.choices import Choice
from dosar.language.form import Form
from dosar.language.load.finding import Finding, finding
from dosar.language.load.source_lines import FormPath, walk_questions
from dosar.language.load.yaml_reader import Source
from dosar.language.question import Question

ColumnKey = tuple[str, str]
"""A question's place: the table of rows it is a column of, or nothing, and its name."""


@dataclass(frozen=True)
class KeptQuestion:
    """A question that stays, with another name or another type perhaps."""

    rows_of: str
    """The table of rows it is a column of."""
    former_rows_of: str
    """That table's name before."""
    older: Question
    now: Question

    @property
    def is_renamed(self) -> bool:
        return self.older.name != self.now.name

    @property
    def is_converted(self) -> bool:
        return not self.now.is_stored_like(self.older)


@dataclass(frozen=True)
class LateRenaming:
    """A question that got another name, and says so only after both names had columns of their own."""

    rows_of: str
    former_rows_of: str
    older: Question
    """As it was under its old name."""
    since: Question
    """As it stands under its new name."""
    now: Question


@dataclass(frozen=True)
class LateTableRenaming:
    """A table of rows that got another name, and says so only after both names had tables of their own."""

    older: Question
    since: Question
    now: Question

    @property
    def columns(self) -> list[tuple[Question, Question]]:
        """Every column of the older table, and the one its answers go to: what nobody asks any more is kept too."""
        new_names = {
            was.name: name
            for name, was in _continued_by_name(
                {column.name: column for column in self.older.columns_asked()}, self.now.columns_asked()
            ).items()
        }
        columns = {column.name: column for column in (*self.since.columns_asked(), *self.now.columns_asked())}
        return [
            (column, columns.get(new_names.get(column.name, column.name), column))
            for column in self.older.columns_asked()
        ]


def questions_by_column(form: Form) -> dict[ColumnKey, Question]:
    """Every question by its place."""
    return {(table.name if table else "", question.name): question for _, question, table in walk_questions(form)}


def kept_questions(older: Form, now: Form) -> list[KeptQuestion]:
    """The questions of the older form that go on in the new one."""
    tables = _continued_by_name(older.questions, now.questions.values())
    found = [KeptQuestion("", "", was, now.questions[name]) for name, was in tables.items()]
    for table in now.row_questions:
        was = tables.get(table.name)
        columns = {column.name: column for column in was.columns_asked()} if was else {}
        for name, column in _continued_by_name(columns, table.columns_asked()).items():
            found.append(KeptQuestion(table.name, was.name if was else "", column, table.column(name)))
    return found


def late_table_renamings(older: Form, now: Form) -> list[LateTableRenaming]:
    """The tables of rows whose old name is said one start too late."""
    before = older.questions
    return [
        LateTableRenaming(before[question.was], before[name], question)
        for name, question in now.questions.items()
        if question.was
        and question.was in before
        and question.was not in now.questions
        and name in before
        and before[name].was != question.was
        and all(table.columns_asked() for table in (question, before[question.was], before[name]))
    ]


def continued_questions(older: Form, now: Form) -> list[KeptQuestion]:
    """The questions of the older form whose answers go on in the new one, late ones too."""
    late = [
        KeptQuestion(renaming.rows_of, renaming.former_rows_of, renaming.older, renaming.now)
        for renaming in late_renamings(older, now)
    ]
    for table in late_table_renamings(older, now):
        late.append(KeptQuestion("", "", table.older, table.now))
        column_names = {column.name for column in table.now.columns_asked()}
        late += [
            KeptQuestion(table.now.name, table.older.name, *pair)
            for pair in table.columns
            if pair[1].name in column_names
        ]
    return [*kept_questions(older, now), *late]


def late_renamings(older: Form, now: Form) -> list[LateRenaming]:
    """The questions whose old name is said one start too late. Tables of rows are :func:`late_table_renamings`."""
    tables = _continued_by_name(older.questions, now.questions.values())
    found = [LateRenaming("", "", *three) for three in _find_late(older.questions, now.questions.values())]
    for table in now.row_questions:
        was = tables.get(table.name)
        columns = {column.name: column for column in was.columns_asked()} if was else {}
        found += [
            LateRenaming(table.name, was.name if was else "", *three)
            for three in _find_late(columns, table.columns_asked())
        ]
    return found


def _find_late(before: Mapping[str, Question], now: Iterable[Question]) -> list[tuple[Question, Question, Question]]:
    questions = {question.name: question for question in now}
    return [
        (before[question.was], before[name], question)
        for name, question in questions.items()
        if question.was
        and question.was in before
        and question.was not in questions
        and name in before
        and before[name].was != question.was
        and before[question.was].column_types()
        and not question.issued
    ]


def _continued_by_name(before: Mapping[str, Question], now: Iterable[Question]) -> dict[str, Question]:
    """New name → the older question that has it, or that the new one says it was."""
    questions = list(now)
    renamed = {
        question.name: before[question.was]
        for question in questions
        if question.was and question.was in before and question.name not in before
    }
    left = {was.name for was in renamed.values()}
    same_name = {
        question.name: before[question.name]
        for question in questions
        if question.name in before and question.name not in left
    }
    return {**same_name, **renamed}


CountUnfit = Callable[[KeptQuestion, Question], int | None]
"""How many of the answers that are kept would not be accepted any more; nothing where nobody knows."""


def refusal_findings(
    older: Form,
    now: Form,
    source: Source,
    lists: Mapping[str, Sequence[Choice]],
    unfit: CountUnfit = lambda kept_question, question: None,
) -> Iterator[Finding]:
    """Changes under which answers would be lost or mixed up, each with what to do instead."""
    late = {(renaming.rows_of, renaming.now.name) for renaming in late_renamings(older, now)}
    late |= {("", renaming.now.name) for renaming in late_table_renamings(older, now)}
    before = questions_by_column(older)
    places = paths_by_column(now)
    if older.append_only and not now.append_only:
        yield finding(
            source.place(),
            "F026",
            "This form is a ledger, and its entries were never to be changed: write append_only: true again.",
        )
    for kept_question in kept_questions(older, now):
        place = source.place((*places[kept_question.rows_of, kept_question.now.name], "type"))
        yield from _check_kept_question(kept_question, place, lists, unfit)
        if kept_question.older.only_added and not kept_question.now.only_added:
            yield finding(
                place,
                "F026",
                "Rows of this table were never to be changed: write append_only: true again.",
            )
    for (rows_of, name), question in questions_by_column(now).items():
        was = before.get((rows_of, question.was)) if question.was else None
        taken = before.get((rows_of, name))
        if was is not None and taken is not None and taken.was != question.was and (rows_of, name) not in late:
            yield finding(
                source.place((*places[rows_of, name], "was")),
                "F020",
                'There already was a question "%(name)s": the answers to "%(was)s" would be mixed with its '
                "answers. Take a name that was never used.",
                name=name,
                was=was.name,
            )


def paths_by_column(form: Form) -> dict[ColumnKey, FormPath]:
    """Where each question stands in its file, by its place among the columns."""
    return {(table.name if table else "", question.name): path for path, question, table in walk_questions(form)}


def _check_kept_question(
    kept_question: KeptQuestion, place: Any, lists: Mapping[str, Sequence[Choice]], unfit: CountUnfit
) -> Iterator[Finding]:
    if not {*kept_question.now.choice_lists()} <= {*lists}:
        return  # said already, and the form runs on as it was
    fitting = kept_question.now.with_choices(lists).is_wider_than(kept_question.older)
    count = (
        unfit(kept_question, kept_question.now.with_choices(lists))
        if kept_question.now.type == kept_question.older.type
        else None
    )
    if count is not None:
        if count:
            yield finding(
                place,
                "F020",
                'Answers to "%(name)s" that would not be accepted any more: %(count)s. Give it back its limits, or '
                "retire it (retired: true) and add a question with a new name.",
                name=kept_question.now.name,
                count=count,
            )
        fitting = True
    if not fitting and kept_question.now.type != kept_question.older.type:
        yield finding(
            place,
            "F020",
            'Answers of type "%(was)s" do not fit type "%(now)s": retire "%(name)s" (retired: true) and add '
            "a question with a new name.",
            was=kept_question.older.type,
            now=kept_question.now.type,
            name=kept_question.older.name,
        )
    elif not fitting:
        yield finding(
            place,
            "F020",
            'Answers that were right may no longer be: give "%(name)s" back its limits or choices, or retire '
            "it (retired: true) and add a question with a new name.",
            name=kept_question.now.name,
        )
    elif kept_question.older.unknown and not kept_question.now.unknown and not count:
        yield finding(
            place,
            "F020",
            'Some records may answer "%(name)s" with "does not know": keep unknown: true.',
            name=kept_question.now.name,
        )


def conversion_findings(older: Form, now: Form, source: Source) -> Iterator[Finding]:
    """Questions whose answers are written anew in another type: not done by a mere start."""
    places = paths_by_column(now)
    for question in kept_questions(older, now):
        if question.is_converted and not question.now.computed:
            yield finding(
                source.place((*places[question.rows_of, question.now.name], "type")),
                "F025",
                'The answers to "%(name)s" must be converted from type "%(was)s" to "%(now)s": run "dosar upgrade".',
                name=question.now.name,
                was=question.older.type,
                now=question.now.type,
            )


def disappearance_findings(older: Form, now: Form, source: Source, moving: Collection[str] = ()) -> Iterator[Finding]:
    """Questions that are simply gone from the file, and not ``moving`` to another form: their answers lie on where
    nobody sees them."""
    continued = {
        (kept_question.former_rows_of, kept_question.older.name) for kept_question in continued_questions(older, now)
    }
    for (rows_of, name), question in questions_by_column(older).items():
        gone_with_table = rows_of and ("", rows_of) not in continued
        if (rows_of or name) in moving:
            continue
        if (rows_of, name) not in continued and not question.retired and not gone_with_table:
            yield finding(
                source.place(("sections",)),
                "F021",
                'The question "%(name)s" is gone from the file; its answers are kept but nobody sees them. '
                "Put it back with retired: true; if it has a new name, write there was: %(name)s.",
                name=name,
            )
