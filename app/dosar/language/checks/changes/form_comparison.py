"""An older form and a newer one, compared: which questions go on, under which name, and for whose eyes.

Compared are the questions as their columns stand in the database and the questions of the file.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from dosar.language.form import Form, QuestionKey
from dosar.language.load.source_lines import FormPath, walk_questions
from dosar.language.question import Question


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


def questions_by_column(form: Form) -> dict[QuestionKey, Question]:
    """Every question by its place."""
    return {(table.name if table else "", question.name): question for _, question, table in walk_questions(form)}


def paths_by_column(form: Form) -> dict[QuestionKey, FormPath]:
    """Where each question stands in its file, by its place among the columns."""
    return {(table.name if table else "", question.name): path for path, question, table in walk_questions(form)}


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


def gets_case(older: Form, now: Form) -> bool:
    """Whether records that belonged to no case belong to one from now on."""
    return now.belongs_to is not None and older.belongs_to is None


def loses_case(older: Form, now: Form) -> bool:
    """Whether records that belonged to cases stand by themselves from now on."""
    return older.belongs_to is not None and now.belongs_to is None


def former_private_to(older: Form, now: Form) -> str:
    """The questions that named the only people to reach the records, if others reach them from now on."""
    narrow = older.private_to and not (now.private_to and {*now.private_to} <= {*older.private_to})
    return ", ".join(older.private_to) if narrow else ""


def questions_told_to_more(older: Form, now: Form) -> Iterator[tuple[KeptQuestion, str]]:
    """The questions whose answers more people may read from now on, and what one had to be cleared for."""
    for kept_question in continued_questions(older, now):
        before = _clearances_needed(older, kept_question.former_rows_of, kept_question.older)
        freed = before - _clearances_needed(now, kept_question.rows_of, kept_question.now)
        if freed:
            yield kept_question, min(freed)


def _clearances_needed(form: Form, rows_of: str, question: Question) -> set[str]:
    """What one must be cleared for to read the answers: a column's table counts too."""
    table = form.questions.get(rows_of)
    return {clearance for part in (question, table) if part is not None for clearance in part.clearances}
