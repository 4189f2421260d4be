"""Answers that follow their question to another form, and computed answers that are made anew."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial

from dosar.database.system_tables import utc_now
from dosar.language.checks.changes.form_comparison import loses_case
from dosar.language.form import Form
from dosar.language.question import Question
from dosar.language.text.message import Message
from dosar.migrations.compare.question_moves import QuestionMove
from dosar.migrations.convert.moved_questions import move_answers
from dosar.migrations.convert.recomputation import (
    computed_questions,
    count_recomputed,
    is_never_changed,
    questions_with_new_rules,
    recompute_answers,
)
from dosar.migrations.plan.plan import Plan, columns_of
from dosar.migrations.plan.steps import PlanStep, notice, sql_step
from dosar.records.history.deployed_forms import questions_in_contents


def move_to_other_forms(plan: Plan, moves: Sequence[QuestionMove]) -> Iterator[PlanStep]:
    """Answers whose question stands in another form now."""
    for asked in moves:
        form = plan.definition.forms[asked.target.key]
        move = replace(asked, target=form, now=form.questions[asked.now.name])
        yield from _tell_move(move)
        source = questions_in_contents(plan.contents[f"form:{move.key}"])
        target = questions_in_contents(plan.definition.contents[f"form:{move.target.key}"])
        definitions = [dict(source)["", move.older.name], dict(target)["", move.now.name]]
        converted = None if move.now.is_stored_like(move.older) else definitions
        yield PlanStep(None, partial(move_answers, move=move, definitions=converted))
        plan.merged |= {(move.target.key, move.now.name)} if move.count else set()
        yield _put_columns_aside(plan, move)


def _tell_move(move: QuestionMove) -> Iterator[PlanStep]:
    if move.count:
        yield notice(
            Message(
                "The answers to %(was)s (%(count)s) move to %(now)s.",
                {"was": move.was, "now": move.name, "count": move.count},
            )
        )
    if move.newly_read_by:
        yield notice(
            Message(
                "More people read the answers to %(name)s (%(count)s) from now on: %(who)s.",
                {"name": move.name, "count": move.count, "who": move.newly_read_by},
            )
        )


def _put_columns_aside(plan: Plan, move: QuestionMove) -> PlanStep:
    old = [*columns_of(move.older), f"{move.older.name}__sort"]
    columns = plan.schema.tables[move.key].columns
    aside = plan.columns_aside(move.key, [name for name in old if name in columns])
    return sql_step([plan.schema.move_column(move.key, name, new) for name, new in aside.items()])


def recompute_by_new_rules(plan: Plan) -> Iterator[PlanStep]:
    """Computed answers follow the rules of the new forms."""
    for older, form in plan.continued_forms:
        questions = _changeable(form, questions_with_new_rules(older, form))
        if not questions or loses_case(older, form) or not plan.counts.records(older.key):
            continue
        count = count_recomputed(plan.counts.connection, older, form, questions, utc_now().date())
        if count:
            message = Message(
                "Records of %(form)s whose computed answers are made anew: %(count)s.",
                {"form": form.key, "count": count},
            )
            yield _recompute(plan, form, questions, message)


def recompute_after_moves(plan: Plan, moves: Sequence[QuestionMove]) -> Iterator[PlanStep]:
    """What is computed in a form to which answers came."""
    for key in sorted({*plan.came, *(move.target.key for move in moves if move.count)}):
        form = plan.definition.forms[key]
        if questions := _changeable(form, computed_questions(form)):
            yield _recompute(plan, form, questions)


def _changeable(form: Form, questions: list[Question]) -> list[Question]:
    return [question for question in questions if not is_never_changed(form, question)]


def _recompute(plan: Plan, form: Form, questions: list[Question], message: Message | None = None) -> PlanStep:
    plan.merged |= {(form.key, question.name) for question in questions if question.search}
    return PlanStep(message, partial(recompute_answers, form=form, questions=questions, today=utc_now().date()))
