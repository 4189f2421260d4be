"""A plan in the making: what the forms want, and what stands there after the steps so far."""

from collections.abc import Iterable, Mapping
from functools import partial

from sqlalchemy import Connection

from dosar.database.form_tables import all_tables, make_tables, row_table_name
from dosar.language.checks.changes.form_comparison import KeptQuestion
from dosar.language.form import Form
from dosar.language.load.definition import Definition
from dosar.language.question import Question
from dosar.migrations.compare.stored_counts import AnswerCounts
from dosar.migrations.convert.conversion import Conversion
from dosar.migrations.plan.schema import PlannedSchema
from dosar.migrations.plan.steps import PlanStep
from dosar.records.history.renamed_questions import QuestionContents, keep_renaming, rename_elsewhere

ASIDE_SUFFIX = "__old"
"""Added to the name of a column whose answers were converted; they stay there as they were."""


class Plan:
    """What is wanted, what was there before, and what the steps so far have made of it."""

    def __init__(
        self,
        connection: Connection,
        definition: Definition,
        before: Mapping[str, Form],
        contents: Mapping[str, QuestionContents],
    ) -> None:
        self.definition, self.before, self.contents = definition, before, contents
        self.schema = PlannedSchema(connection)
        self.counts = AnswerCounts(connection, before)
        self.metadata = make_tables(definition.forms)
        self.wanted_tables = [table for table in all_tables(self.metadata) if not table.name.startswith("ab_")]
        """Every table of ours; those of people who sign in belong to access."""
        self.continued_forms = [(before[key], form) for key, form in definition.forms.items() if key in before]
        """Every form that stands already and goes on: as it was, as it is now."""
        self.conversions: list[Conversion] = []
        self.merged: set[tuple[str, str]] = set()
        """Table and question to which the answers of another came."""
        self.came: set[str] = set()
        """Forms to whose questions the answers of others came."""
        self.put_aside: dict[str, set[str]] = {}
        """Table → the columns that nobody asks for from now on."""

    def columns_aside(self, table: str, columns: Iterable[str]) -> dict[str, str]:
        """Column → the name under which it is put aside."""
        aside = {name: self.schema.free_column(table, name + ASIDE_SUFFIX) for name in columns}
        self.put_aside.setdefault(table, set()).update(aside.values())
        return aside


def table_of(form: Form, rows_of: str) -> str:
    """The table a question has its columns in: the form's, or that of its rows."""
    return row_table_name(form.key, rows_of) if rows_of else form.key


def full_name(form: Form, kept_question: KeptQuestion) -> str:
    """A question as the plan names it."""
    return ".".join(filter(None, (form.key, kept_question.rows_of, kept_question.now.name)))


def columns_of(question: Question) -> list[str]:
    """The names of the columns a question has."""
    return question.column_names()


def renaming_step(
    form: Form, rows_of: str, was: str, now: str, definitions: list[QuestionContents] | None = None
) -> PlanStep:
    """Remember what became of a question, and let what is kept elsewhere follow."""
    return PlanStep(None, partial(_remember_renaming, form.key, rows_of, was, now, definitions=definitions))


def _remember_renaming(
    form: str,
    rows_of: str,
    was: str,
    now: str,
    connection: Connection,
    definitions: list[QuestionContents] | None = None,
) -> None:
    keep_renaming(connection, form, rows_of, was, now, definitions)
    if was != now:
        rename_elsewhere(connection, form, rows_of, was, now)
