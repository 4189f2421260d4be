"""Tables, columns and indexes that the forms want, and what is derived from answers for them."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from sqlalchemy import Connection, Table

from dosar.database.form_tables import append_only_tables
from dosar.database.ordering.sort_columns import sort_column, word_sorted_questions
from dosar.database.system_tables import SYSTEM_METADATA, attachment_table
from dosar.database.writing.append_only import close_tables
from dosar.language.form import Form
from dosar.language.question import Question
from dosar.language.text.message import Message
from dosar.migrations.convert.attachment_owners import assign_files
from dosar.migrations.convert.bound_answers import bind_tables
from dosar.migrations.convert.conversion import fill_sort_columns, reindex_form
from dosar.migrations.convert.put_aside import seal_aside
from dosar.migrations.convert.settled_choices import has_unsettled_choices, settle_choices
from dosar.migrations.plan.plan import ASIDE_SUFFIX, Plan
from dosar.migrations.plan.steps import PlanStep, sql_step


def add_system_columns(plan: Plan) -> Iterator[PlanStep]:
    """What became of a question is told in Dosar's own tables: they come first."""
    for table in plan.wanted_tables:
        if table.name in SYSTEM_METADATA.tables and table.name in plan.schema.tables:
            yield from _add_columns(plan, table)


def add_tables(plan: Plan) -> Iterator[PlanStep]:
    """The tables that are not there yet."""
    new = [table for table in plan.wanted_tables if table.name not in plan.schema.tables]
    for table in new:
        plan.schema.add_table(table)
    if new:
        names = ", ".join(sorted(table.name for table in new if table.name not in SYSTEM_METADATA.tables))
        message = Message("New tables: %(names)s.", {"names": names}) if names else None
        yield PlanStep(message, partial(plan.metadata.create_all, tables=new, checkfirst=False))


def add_columns(plan: Plan) -> Iterator[PlanStep]:
    """The columns that are not there yet."""
    for table in plan.wanted_tables:
        yield from _add_columns(plan, table)


def _add_columns(plan: Plan, table: Table) -> Iterator[PlanStep]:
    missing = [column for column in table.c if column.name not in plan.schema.tables[table.name].columns]
    if missing:
        names = ", ".join(column.name for column in missing)
        message = Message("New columns of %(table)s: %(names)s.", {"table": table.name, "names": names})
        yield sql_step(plan.schema.add_columns(table.name, missing), message)


def settle_sensitive_choices(plan: Plan, may_have_moved: bool) -> Iterator[PlanStep]:
    """What was chosen is sealed, or lies in clear, as the forms want it now and under the names it has now."""
    if may_have_moved or has_unsettled_choices(plan.counts.connection, plan.wanted_tables):
        yield PlanStep(None, partial(_settle_choices, tables=plan.wanted_tables))


def _settle_choices(connection: Connection, tables: Sequence[Table]) -> None:
    settle_choices(connection, tables)


def bind_moved_answers(plan: Plan) -> Iterator[PlanStep]:
    """Answers in columns that got another name since this was asked last are bound to where they stand."""
    if moved := plan.schema.take_moved():
        yield PlanStep(None, partial(bind_tables, moved=moved))


def seal_what_is_put_aside(plan: Plan) -> Iterator[PlanStep]:
    """What nobody asks for any more, once the answers went where they belong."""
    if plan.put_aside:
        yield PlanStep(None, partial(seal_aside, put_aside=plan.put_aside))


def sort_by_words(plan: Plan) -> list[PlanStep]:
    """The forms with questions whose order the records that are there do not have yet."""
    converted = {(conversion.table, conversion.wider.name) for conversion in plan.conversions} | plan.merged
    unsorted = {
        key: [
            question
            for question in word_sorted_questions(form)
            if sort_column(question) not in plan.schema.tables[key].columns or (key, question.name) in converted
        ]
        for key, form in plan.definition.forms.items()
    }
    return [
        PlanStep(
            Message("The records of %(form)s are put in alphabetical order.", {"form": key}),
            partial(fill_sort_columns, form=plan.definition.forms[key], questions=questions),
        )
        for key, questions in unsorted.items()
        if questions
    ]


def own_files(plan: Plan) -> list[PlanStep]:
    """The files of a database in which they did not know their records yet."""
    files = plan.schema.tables.get(attachment_table.name)
    if files is None or "rows_of" in files.columns:
        return []
    message = Message("Every file is kept with the record it was attached to.")
    before = [form.model_copy(update={"form": key}) for key, form in plan.before.items()]
    every = [*before, *plan.definition.forms.values()]
    return [PlanStep(message, partial(assign_files, forms=every, aside=ASIDE_SUFFIX))]


def close_ledgers(plan: Plan) -> Iterator[PlanStep]:
    """The tables that are only added to and are still open, wholly or in a column that is new."""
    ledgers = [name for form in plan.definition.forms.values() for name in append_only_tables(form)]
    closed = plan.schema.closed
    still_open = sorted(name for name in ledgers if name not in closed or plan.schema.tables[name].changed)
    new = ", ".join(name for name in still_open if name not in closed)
    if still_open:
        message = Message("Closed against changes: %(names)s.", {"names": new}) if new else None
        yield PlanStep(message, partial(close_tables, tables=still_open))


def replace_indexes(plan: Plan) -> Iterator[PlanStep]:
    """The indexes that are wanted, and no others of ours."""
    for table in plan.wanted_tables:
        if changes := plan.schema.replace_indexes(table):
            yield sql_step(changes)


def refill_search_index(plan: Plan) -> Iterator[PlanStep]:
    """The forms whose words are found by other rules from now on, or are others."""
    merged = {table.partition("__")[0] for table, _ in plan.merged}
    for older, form in plan.continued_forms:
        if _search_rules(form) != _search_rules(older) or form.key in merged:
            message = Message("The search index of %(form)s is made anew.", {"form": form.key})
            yield PlanStep(message, partial(reindex_form, form=form))


def _search_rules(form: Form) -> list[Any]:
    """What the words of a record in the search index depend on, beside its answers."""
    return [
        (_word_rules(question), [_word_rules(column) for column in question.columns_asked() if column.search])
        for question in form.questions.values()
        if question.search
    ]


def _word_rules(question: Question) -> tuple[Any, ...]:
    return (
        question.name,
        question.type,
        question.clearances,
        [choice.model_dump() for choice in question.options_with(())],
    )
