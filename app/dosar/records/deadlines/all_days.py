"""Everything that is due, reckoned anew: at night, and when the rules are others than before."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from hashlib import sha256
from typing import Any

from sqlalchemy import delete, insert, inspect, select

from dosar.database.form_tables import FormTables
from dosar.database.store import Store
from dosar.database.system_tables import deadline_state_table, deadline_table
from dosar.language.form import CASE_FORM
from dosar.language.load.definition import Definition
from dosar.language.organisation.roles import Role
from dosar.records.deadlines.keeping import CASES_AT_ONCE, keep_cases, keep_registers
from dosar.records.scope.row_scope import SYSTEM_SCOPE, acting_as

Tell = Callable[[float], None]


def reckoned_on(session: Any, definition: Definition) -> date | None:
    """The day on which all was reckoned by these rules; ``None`` if it never was."""
    row = session.execute(select(deadline_state_table.c.rules, deadline_state_table.c.day)).first()
    return row.day if row is not None and row.rules == rules_mark(definition) else None


def rules_mark(definition: Definition) -> str:
    """By which the rules are told from others: the same in every process, however it orders its sets."""
    roles = [(role.role, role.scope, sorted(_shown(role, definition))) for role in definition.roles.roles]
    told = repr(
        [
            roles,
            *(
                (rule.key, rule.rule, sorted((*key, *sorted(names)) for key, names in rule.needs.items()))
                for rule in definition.deadlines
            ),
        ]
    )
    return sha256(told.encode()).hexdigest()


def _shown(role: Role, definition: Definition) -> Iterator[str]:
    """The forms it shows of those on which something may be somebody's to do, and the case file."""
    sources = {CASE_FORM, *(rule.source.form for rule in definition.deadlines)}
    return (form for form in sources if "see" in role.actions(form))


def forget_reckoning(session: Any) -> None:
    """Let all be reckoned anew by the program that runs next, inside the caller's transaction: for a command beside it
    that knows no forms, of an organisation that may have no cases yet."""
    if inspect(session.connection()).has_table(deadline_state_table.name):
        session.execute(delete(deadline_state_table))


def reckon_all(
    store: Store, tables: FormTables, definition: Definition, today: date, tell: Tell = lambda done: None
) -> bool:
    """Reckon what is due in every case, unless another process has done so today; says whether it did.

    A chunk of cases is one transaction: whoever works meanwhile waits for one, not for all. ``tell`` is told how far
    it is, from 0 to 1.
    """
    with acting_as(replace(SYSTEM_SCOPE, today=today)):  # soon after midnight the day in UTC is still the one before
        if reckoned_on(store.session, definition) == today:
            return False
        with store.writing() as session:
            _forget_other_rules(session, definition)
        _reckon_cases(store, tables, definition, tell)
        with store.writing() as session:  # at the end: who is killed before it begins anew
            state = {"id": 1, "rules": rules_mark(definition), "day": today}
            forget_reckoning(session)
            session.connection().execute(insert(deadline_state_table), state)
    return True


def _forget_other_rules(session: Any, definition: Definition) -> None:
    """What is due by rules that are no more."""
    keys = [rule.key for rule in definition.deadlines]
    session.connection().execute(delete(deadline_table).where(deadline_table.c.rule.not_in(keys)))


def _reckon_cases(store: Store, tables: FormTables, definition: Definition, tell: Tell) -> None:
    rules = [rule for rule in definition.deadlines if rule.of_case]
    if CASE_FORM in tables.records:
        with store.snapshot() as connection:
            table = tables.metadata.tables[CASE_FORM]
            cases = list(connection.scalars(select(table.c.id).order_by(table.c.id)))
        for begin in range(0, len(cases), CASES_AT_ONCE):
            tell(begin / len(cases))
            with store.writing() as session:
                keep_cases(session, tables, definition, rules, cases[begin : begin + CASES_AT_ONCE])
    with store.writing() as session:
        keep_registers(session, tables, definition, [rule for rule in definition.deadlines if not rule.of_case])
    tell(1.0)
