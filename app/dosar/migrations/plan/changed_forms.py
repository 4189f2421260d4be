"""Forms that get another name, that more people see, or that belong to a case from now on or no more."""

from collections.abc import Iterator, Sequence
from functools import partial

from dosar.database.form_tables import row_table_name
from dosar.language.checks.changes.form_comparison import former_private_to, gets_case, loses_case
from dosar.language.form import Form
from dosar.language.text.message import Message
from dosar.migrations.compare.counted_changes import questions_read_by_more
from dosar.migrations.convert.conversion import assign_cases
from dosar.migrations.convert.renamed_forms import FormRenaming, rename_form, tables_of_form
from dosar.migrations.plan.plan import Plan, full_name
from dosar.migrations.plan.steps import PlanStep, notice, sql_step


def rename_forms(plan: Plan, renamings: Sequence[FormRenaming]) -> Iterator[PlanStep]:
    """Forms come along under their new names, with all their tables."""
    for renaming in renamings:
        for gone in tables_of_form(renaming.now, plan.schema.tables):
            plan.schema.forget(gone)
        tables = {
            name: {*plan.schema.tables[name].indexes} for name in tables_of_form(renaming.was, plan.schema.tables)
        }
        for name in tables:
            _rename_form_table(plan, name, renaming.now + name[len(renaming.was) :])
        message = Message(
            "%(was)s is now called %(now)s, with its records (%(count)s).",
            {"was": renaming.was, "now": renaming.now, "count": renaming.count},
        )
        yield PlanStep(message, partial(rename_form, renaming=renaming, tables=tables))


def _rename_form_table(plan: Plan, old: str, new: str) -> None:
    """The table under its new name: what closes it counts, although it is made anew."""
    plan.schema.rename_table(old, new)
    plan.schema.tables[new] = plan.schema.tables[new].without_indexes()
    plan.schema.closed.discard(old)


def tell_new_readers(plan: Plan) -> Iterator[PlanStep]:
    """Nothing to do, but to be told: access is never widened without a word."""
    for older, form in plan.continued_forms:
        if former_private_to(older, form) and (count := plan.counts.records(older.key)):
            yield notice(
                Message(
                    "More people see the records of %(form)s (%(count)s) from now on.",
                    {"count": count, "form": form.key},
                )
            )
        for kept_question, clearance, count in questions_read_by_more(older, form, plan.counts):
            yield notice(
                Message(
                    'The answers to %(name)s (%(count)s) are no longer only for those who may know "%(what)s".',
                    {"count": count, "name": full_name(form, kept_question), "what": clearance},
                )
            )


def assign_new_cases(plan: Plan) -> Iterator[PlanStep]:
    """Records that belonged to no case get the one that a question names."""
    for older, form in plan.continued_forms:
        if not gets_case(older, form):
            continue
        tables = [row_table_name(form.key, question.name) for question in form.row_questions]
        if form.case_was and (count := plan.counts.records(older.key)):
            message = Message(
                "The records of %(form)s (%(count)s) get their case from %(name)s.",
                {"count": count, "form": form.key, "name": form.case_was},
            )
            yield PlanStep(message, partial(assign_cases, form=form.key, question=form.case_was, tables=tables))
        if plan.schema.dialect.name == "postgresql":
            yield _change_not_null(plan, [form.key, *tables], "SET")


def release_from_cases(plan: Plan) -> Iterator[PlanStep]:
    """A form without records that belongs to no case any more: its tables no longer ask for one."""
    for older, form in plan.continued_forms:
        tables = _tables_with_case(plan, older, form)
        if not loses_case(older, form) or not tables:
            continue
        if plan.schema.dialect.name == "postgresql":
            yield _change_not_null(plan, tables, "DROP")
            continue
        for name in tables:  # SQLite has no other way, and nothing lies in them
            plan.schema.forget(name)
        yield sql_step([f"DROP TABLE {plan.schema.quote(name)}" for name in reversed(tables)])


def _tables_with_case(plan: Plan, older: Form, form: Form) -> list[str]:
    tables = plan.schema.tables
    names = [form.key, *[row_table_name(form.key, question.name) for question in older.row_questions]]
    return [name for name in names if name in tables and "case_id" in tables[name].columns]


def _change_not_null(plan: Plan, tables: Sequence[str], act: str) -> PlanStep:
    return sql_step([f"ALTER TABLE {plan.schema.quote(name)} ALTER COLUMN case_id {act} NOT NULL" for name in tables])
