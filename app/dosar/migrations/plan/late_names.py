"""Names that were given up before anybody said so: what was kept under them moves beside what came since."""

from collections.abc import Iterator
from functools import partial

from sqlalchemy import MetaData, Table

from dosar.database.form_tables import row_table_name
from dosar.database.sealing.answer_columns import answer_columns
from dosar.language.checks.changes.form_comparison import (
    LateRenaming,
    LateTableRenaming,
    late_renamings,
    late_table_renamings,
)
from dosar.language.form import Form
from dosar.language.text.message import Message
from dosar.migrations.convert.conversion import Conversion
from dosar.migrations.convert.renamed_forms import rename_table
from dosar.migrations.convert.renamed_tables import copy_late_rows
from dosar.migrations.plan.plan import ASIDE_SUFFIX, Plan, columns_of, renaming_step, table_of
from dosar.migrations.plan.steps import PlanStep, notice, sql_step


def merge_late_answers(plan: Plan) -> Iterator[PlanStep]:
    """Answers kept under a name that was given up move beside those kept since under the new one."""
    for older, form in plan.continued_forms:
        for late in late_renamings(older, form):
            count = plan.counts.answered(older.key, late.former_rows_of, late.older)
            yield from _merge_answers(plan, form, late, count)


def _merge_answers(plan: Plan, form: Form, late: LateRenaming, count: int) -> Iterator[PlanStep]:
    table, columns = table_of(form, late.rows_of), columns_of(late.older)
    plan.merged.add((table, late.now.name))
    plan.came |= {form.key} if count else set()
    merging = Conversion(table, late.older, late.now, {name: name for name in columns}, only_given=True)
    yield PlanStep(_moving(late, count) if count else None, merging.do)
    sorting = f"{late.older.name}__sort"
    shadow = [sorting] if sorting in plan.schema.tables[table].columns else []
    aside = plan.columns_aside(table, (*columns, *shadow))
    yield sql_step([plan.schema.move_column(table, old, new) for old, new in aside.items()])
    yield renaming_step(form, late.rows_of, late.older.name, late.now.name)


def _moving(late: LateRenaming | LateTableRenaming, count: int) -> Message:
    return Message(
        "The answers to %(was)s (%(count)s) move to %(now)s.",
        {"was": late.older.name, "now": late.now.name, "count": count},
    )


def merge_late_rows(plan: Plan) -> Iterator[PlanStep]:
    """Rows kept under a name that was given up go to the table of the new one."""
    for older, form in plan.continued_forms:
        for late in late_table_renamings(older, form):
            old, new = (row_table_name(form.key, table.name) for table in (late.older, late.now))
            if old in plan.schema.tables and new in plan.schema.tables:
                yield from _tell_moving_rows(plan, older, form, late)
                yield from _copy_rows(plan, form, late, (old, new))
                yield _put_table_aside(plan, old)
                yield renaming_step(form, "", late.older.name, late.now.name)
                for was, becomes in late.columns:
                    if was.name != becomes.name:
                        yield renaming_step(form, late.now.name, was.name, becomes.name)


def _tell_moving_rows(plan: Plan, older: Form, form: Form, late: LateTableRenaming) -> Iterator[PlanStep]:
    if count := plan.counts.count_records_with_rows(older.key, late.older):
        plan.merged.add((row_table_name(form.key, late.now.name), late.now.name))
        plan.came.add(form.key)
        yield notice(_moving(late, count))


def _copy_rows(plan: Plan, form: Form, late: LateTableRenaming, tables: tuple[str, str]) -> Iterator[PlanStep]:
    """The rows, with columns for what nobody asks any more."""
    target = plan.schema.tables[tables[1]]
    needed = {column.name: column for _, now in late.columns for column in answer_columns(now, tables[1])}
    asked_columns = {name for question in late.now.columns_asked() for name in question.column_names()}
    added = [column for name, column in needed.items() if name not in {*target.columns, *asked_columns}]
    if added:
        Table(tables[1], MetaData(), *added)  # a column is known by its table
        yield sql_step(plan.schema.add_columns(tables[1], added))
    in_case = "case_id" in target.columns
    yield PlanStep(None, partial(copy_late_rows, form=form.key, tables=tables, columns=late.columns, in_case=in_case))


def _put_table_aside(plan: Plan, old: str) -> PlanStep:
    """The table stays under a name that nobody asks for, open and without indexes."""
    aside = plan.schema.free_table(old + ASIDE_SUFFIX)
    state = plan.schema.tables[old]
    plan.schema.rename_table(old, aside)
    plan.schema.tables[aside] = state.without_indexes()
    plan.schema.closed -= {old, aside}
    plan.put_aside[aside] = {*state.columns} | plan.put_aside.pop(old, set())
    return PlanStep(None, partial(rename_table, was=old, now=aside, indexes={*state.indexes}))
