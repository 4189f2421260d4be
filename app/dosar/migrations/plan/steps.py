"""The steps of a plan: one change of the database after the other, in one transaction."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial

from sqlalchemy import Connection

from dosar.language.text.message import Message


@dataclass(frozen=True)
class PlanStep:
    """One change of the database that the forms ask for."""

    message: Message | None
    """What the plan says of it; indexes come and go unmentioned."""
    do: Callable[[Connection], None]


def carry_out_steps(connection: Connection, steps: Iterable[PlanStep]) -> None:
    """Do the steps in the transaction of ``connection``: all, or none of them."""
    for step in steps:
        step.do(connection)


def sql_step(statements: Sequence[str], message: Message | None = None) -> PlanStep:
    """These statements, one after the other."""
    return PlanStep(message, partial(_run_statements, statements))


def notice(message: Message) -> PlanStep:
    """Nothing to do, but to be told."""
    return sql_step((), message)


def _run_statements(statements: Sequence[str], connection: Connection) -> None:
    for statement in statements:
        connection.exec_driver_sql(statement)
