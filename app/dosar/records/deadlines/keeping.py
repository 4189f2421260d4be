"""Keeping what is due in step with the sheets: after every change in its transaction, and all of it anew at night."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from dosar.database.form_tables import FormTables
from dosar.database.system_tables import deadline_table
from dosar.language.deadlines.days import DueDay, days_due
from dosar.language.deadlines.ready_rules import ReadyRule
from dosar.language.form import CASE_FORM
from dosar.language.load.definition import Definition
from dosar.records.deadlines.changed_sheets import ChangedSheet, take_changed_accounts, take_changed_sheets
from dosar.records.deadlines.reading_facts import (
    cases_of_users,
    cases_with_link,
    current_day,
    facts_of_cases,
    facts_of_no_case,
)

CASES_AT_ONCE = 500
"""Cases that are reckoned together: what they hold is in memory meanwhile."""
_KEPT = [column for column in deadline_table.c if column.name != "id"]
KeptDay = tuple[Any, ...]


def keep_in_step(session: Any, tables: FormTables, definition: Definition) -> None:
    """Reckon anew what the sheets and accounts changed in this transaction may have changed. A case whose file, team or
    whose restrictions changed is reckoned whole, as is each in which something is, or may be, a changed account's to
    do; where a record of no case says how long, every case that links to such."""
    changed, accounts = {*take_changed_sheets(session)}, take_changed_accounts(session)
    if not definition.deadlines:
        return
    if accounts:
        changed |= {ChangedSheet(CASE_FORM, case) for case in cases_of_users(session, tables, definition, accounts)}
        changed |= {ChangedSheet(rule.source.form, None) for rule in definition.deadlines if not rule.of_case}
    for rules, cases in _affected_cases(definition, changed):
        for chunk in _chunks(sorted(cases)):
            keep_cases(session, tables, definition, rules, chunk)
    forms = {sheet.form for sheet in changed if sheet.case_id is None}
    if rules := [rule for rule in definition.deadlines if not rule.of_case and not forms.isdisjoint(rule.forms)]:
        keep_registers(session, tables, definition, rules)
    for rule in definition.deadlines:
        if rule.of_case and rule.length_link is not None and rule.length is not None and rule.length.form in forms:
            for chunk in _chunks(cases_with_link(session, tables, definition.forms, rule.length_link)):
                keep_cases(session, tables, definition, [rule], chunk)


def _affected_cases(
    definition: Definition, changed: Iterable[ChangedSheet]
) -> list[tuple[Sequence[ReadyRule], set[int]]]:
    """The cases that changed, those together in which the same forms did, each with the rules that read them."""
    forms_by_case: dict[int, set[str]] = defaultdict(set)
    for sheet in changed:
        if sheet.case_id is not None:
            forms_by_case[sheet.case_id].add(sheet.form)
    cases_by_forms: dict[frozenset[str], set[int]] = defaultdict(set)
    for case, forms in forms_by_case.items():
        cases_by_forms[frozenset(forms)].add(case)
    of_cases = [rule for rule in definition.deadlines if rule.of_case]
    restricting = {each for found in definition.restrictions for each in (found.form, found.lifting_form)}
    return [
        (
            of_cases
            if CASE_FORM in forms or not forms.isdisjoint(restricting)
            else [rule for rule in of_cases if not forms.isdisjoint(rule.forms)],
            cases,
        )
        for forms, cases in cases_by_forms.items()
    ]


def _chunks(cases: Sequence[int]) -> Iterable[Sequence[int]]:
    return (cases[begin : begin + CASES_AT_ONCE] for begin in range(0, len(cases), CASES_AT_ONCE))


def keep_cases(
    session: Any, tables: FormTables, definition: Definition, rules: Sequence[ReadyRule], cases: Sequence[int]
) -> None:
    """Reckon these rules anew for these cases, and keep what is due by them."""
    if not rules:
        return
    today = current_day()
    facts = facts_of_cases(session, tables, definition, rules, cases)
    due = {_kept_day(each, case) for case, held in facts.items() for each in days_due(rules, held, today)}
    of = deadline_table.c.case_id.in_(cases)
    _replace(session.connection(), rules, of, due - {None})


def keep_registers(session: Any, tables: FormTables, definition: Definition, rules: Sequence[ReadyRule]) -> None:
    """The same for records that belong to no case."""
    facts = facts_of_no_case(session, tables, definition, rules)
    due = {_kept_day(each, None) for each in days_due(rules, facts, current_day())}
    _replace(session.connection(), rules, deadline_table.c.case_id.is_(None), due - {None})


def _kept_day(due: DueDay, case_id: int | None) -> KeptDay | None:
    """The columns of what is due; nothing for what somebody waived."""
    if due.is_waived:
        return None
    return (
        due.rule.key,
        due.rule.due_form,
        case_id,
        due.record_id,
        due.row_id,
        due.day,
        due.announced_on,
        due.since,
        due.last,
        due.limit,
        due.of_day,
        due.waits,
        due.user_id,
        due.partner_id,
        due.time[:16],
    )


def _replace(connection: Connection, rules: Sequence[ReadyRule], of: Any, due: set[Any]) -> None:
    """Take out what is due no more, and put in what is due now; what stays is not touched."""
    keys = [rule.key for rule in rules]
    kept = {
        tuple(row)[1:]: row.id
        for row in connection.execute(select(deadline_table.c.id, *_KEPT).where(of, deadline_table.c.rule.in_(keys)))
    }
    gone = [number for day, number in kept.items() if day not in due]
    for numbers in _chunks(gone):
        connection.execute(delete(deadline_table).where(deadline_table.c.id.in_(numbers)))
    names = [column.name for column in _KEPT]
    new = [dict(zip(names, day, strict=True)) for day in sorted(due - kept.keys(), key=str)]
    if new:
        connection.execute(insert(deadline_table), new)
