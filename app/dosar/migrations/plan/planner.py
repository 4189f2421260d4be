"""What must change in the database before these forms can run. Nothing is ever dropped but an index."""

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection

from dosar.language.form import Form
from dosar.language.load.definition import Definition
from dosar.migrations.compare.question_moves import QuestionMove
from dosar.migrations.convert.renamed_forms import FormRenaming
from dosar.migrations.plan.changed_forms import assign_new_cases, release_from_cases, rename_forms, tell_new_readers
from dosar.migrations.plan.changed_questions import change_questions, convert_answers, recode_choices
from dosar.migrations.plan.late_names import merge_late_answers, merge_late_rows
from dosar.migrations.plan.moved_answers import move_to_other_forms, recompute_after_moves, recompute_by_new_rules
from dosar.migrations.plan.plan import Plan
from dosar.migrations.plan.steps import PlanStep
from dosar.migrations.plan.wanted_tables import (
    add_columns,
    add_system_columns,
    add_tables,
    bind_moved_answers,
    close_ledgers,
    own_files,
    refill_search_index,
    replace_indexes,
    seal_what_is_put_aside,
    settle_sensitive_choices,
    sort_by_words,
)
from dosar.records.history.renamed_questions import QuestionContents

NOTHING_KEPT: Mapping[str, Any] = MappingProxyType({})


def plan_steps(
    connection: Connection,
    definition: Definition,
    deployed: Mapping[str, Form] = NOTHING_KEPT,
    contents: Mapping[str, QuestionContents] = NOTHING_KEPT,
    renamings: Sequence[FormRenaming] = (),
    moves: Sequence[QuestionMove] = (),
) -> list[PlanStep]:
    """The steps in the order they are done.

    ``deployed`` are the forms as their columns stand, ``contents`` those they were made of: nothing
    for a new database. Forms that get another name are there under the new one.
    """
    return list(_steps_in_order(Plan(connection, definition, deployed, contents), renamings, moves))


def _steps_in_order(plan: Plan, renamings: Sequence[FormRenaming], moves: Sequence[QuestionMove]) -> Iterator[PlanStep]:
    """Each kind of change looks at what those before it have made of the tables; some are done later than planned."""
    renamed = [*rename_forms(plan, renamings)]
    yield from renamed
    yield from tell_new_readers(plan)
    unowned = own_files(plan)
    yield from add_system_columns(plan)
    changed = [*change_questions(plan)]
    yield from changed
    yield from bind_moved_answers(plan)
    merged = [*merge_late_answers(plan), *merge_late_rows(plan)]
    moved = list(move_to_other_forms(plan, moves))
    yield from release_from_cases(plan)
    yield from add_tables(plan)
    unsorted = sort_by_words(plan)
    yield from add_columns(plan)
    yield from settle_sensitive_choices(plan, may_have_moved=bool(renamed or changed or merged or moved))
    yield from convert_answers(plan)
    yield from merged
    yield from moved
    yield from recode_choices(plan)
    yield from assign_new_cases(plan)
    yield from recompute_by_new_rules(plan)
    yield from recompute_after_moves(plan, moves)
    yield from bind_moved_answers(plan)
    yield from seal_what_is_put_aside(plan)
    yield from unsorted
    yield from unowned
    yield from close_ledgers(plan)
    yield from replace_indexes(plan)
    yield from refill_search_index(plan)
