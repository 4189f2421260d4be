"""Questions that were there already: with another name, of another type, with other codes."""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from dosar.database.form_tables import row_table_name
from dosar.language.checks.changes.form_comparison import KeptQuestion, kept_questions, loses_case
from dosar.language.form import Form
from dosar.language.text.message import Message
from dosar.migrations.compare.counted_changes import count_recodings
from dosar.migrations.convert.conversion import Conversion, recode_answers
from dosar.migrations.plan.plan import Plan, columns_of, full_name, renaming_step, table_of
from dosar.migrations.plan.steps import PlanStep, sql_step
from dosar.records.history.deployed_forms import questions_in_contents
from dosar.records.history.renamed_questions import QuestionContents, recode_elsewhere


def change_questions(plan: Plan) -> Iterator[PlanStep]:
    """Give questions their new names; put aside the answers that :func:`convert_answers` writes anew."""
    changes = [
        (form, kept_question)
        for older, form in plan.continued_forms
        if not loses_case(older, form)
        for kept_question in sorted(kept_questions(older, form), key=lambda kept_question: kept_question.rows_of)
    ]
    for form, kept_question in changes:
        if kept_question.is_renamed:
            yield from _rename_question(plan, form, kept_question)
    for form, kept_question in changes:
        if kept_question.is_converted:
            yield from _put_aside(plan, form, kept_question)


def _rename_question(plan: Plan, form: Form, kept_question: KeptQuestion) -> Iterator[PlanStep]:
    name_pattern = f"{form.key}.{kept_question.rows_of}.{{}}" if kept_question.rows_of else f"{form.key}.{{}}"
    message = Message(
        "%(was)s is now called %(now)s.",
        {"was": name_pattern.format(kept_question.older.name), "now": name_pattern.format(kept_question.now.name)},
    )
    rename = _rename_rows if kept_question.now.columns_asked() else _rename_columns
    yield sql_step(list(rename(plan, form, kept_question)), message)
    yield renaming_step(form, kept_question.rows_of, kept_question.older.name, kept_question.now.name)


def _rename_rows(plan: Plan, form: Form, kept_question: KeptQuestion) -> Iterator[str]:
    old, new = row_table_name(form.key, kept_question.older.name), row_table_name(form.key, kept_question.now.name)
    if old in plan.schema.tables:
        yield plan.schema.rename_table(old, new)


def _rename_columns(plan: Plan, form: Form, kept_question: KeptQuestion) -> Iterator[str]:
    table = table_of(form, kept_question.rows_of)
    for old in (*columns_of(kept_question.older), f"{kept_question.older.name}__sort"):
        if old in plan.schema.tables[table].columns:
            yield plan.schema.move_column(table, old, _renamed_column(kept_question, old))


def _renamed_column(kept_question: KeptQuestion, column: str) -> str:
    return kept_question.now.name + column[len(kept_question.older.name) :]


def _put_aside(plan: Plan, form: Form, kept_question: KeptQuestion) -> Iterator[PlanStep]:
    table = table_of(form, kept_question.rows_of)
    names = {old: _renamed_column(kept_question, old) for old in columns_of(kept_question.older)}
    free = plan.columns_aside(table, names.values())
    aside = {old: free[name] for old, name in names.items()}
    moving = [plan.schema.move_column(table, names[old], aside[old]) for old in names]
    plan.conversions.append(Conversion(table, kept_question.older, kept_question.now, aside))
    message = Message(
        'The answers to %(name)s become "%(now)s" instead of "%(was)s"; the old ones stay in %(aside)s.',
        {
            "name": f"{table}.{kept_question.now.name}",
            "was": kept_question.older.type,
            "now": kept_question.now.type,
            "aside": aside[kept_question.older.name],
        },
    )
    yield sql_step(moving, message)
    before = _contents(plan.contents, form, kept_question.former_rows_of, kept_question.older.name)
    now = _contents(plan.definition.contents, form, kept_question.rows_of, kept_question.now.name)
    yield renaming_step(form, kept_question.rows_of, kept_question.now.name, kept_question.now.name, [before, now])


def _contents(contents: Mapping[str, Any], form: Form, rows_of: str, name: str) -> QuestionContents:
    return dict(questions_in_contents(contents[f"form:{form.key}"]))[rows_of, name]


def convert_answers(plan: Plan) -> Iterator[PlanStep]:
    """Write the answers anew that were put aside."""
    for conversion in plan.conversions:
        yield PlanStep(None, conversion.do)


def recode_choices(plan: Plan) -> Iterator[PlanStep]:
    """Answers that hold the code a choice had before."""
    for older, form in plan.continued_forms:
        for kept_question in kept_questions(older, form):
            for was, (becomes, count) in count_recodings(older.key, kept_question, plan.counts).items():
                yield from _recode(form, kept_question, was, becomes, count)


def _recode(form: Form, question: KeptQuestion, was: str, becomes: str, count: int) -> Iterator[PlanStep]:
    message = Message(
        'The answers to %(name)s that hold "%(was)s" (%(count)s) hold "%(now)s" from now on.',
        {"name": full_name(form, question), "was": was, "now": becomes, "count": count},
    )
    table = table_of(form, question.rows_of)
    yield PlanStep(message, partial(recode_answers, table=table, question=question.now))
    if not question.rows_of:
        yield PlanStep(None, partial(recode_elsewhere, form=form.key, question=question.now.name, was=was, now=becomes))
