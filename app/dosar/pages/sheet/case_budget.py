"""The money of the case beside a sheet that judges how it was spent: what is planned, given and left."""

from flask_babel import gettext

from dosar.database.form_tables import Record
from dosar.fields.money import amount_text
from dosar.overview import budget
from dosar.overview.budget import Balance
from dosar.overview.case_query import CaseQuery
from dosar.pages.context import PageContext


def case_budget_lines(context: PageContext, form: str, case: Record | None) -> list[str]:
    """A line for each currency, as far as the worker knows the budget and the ledgers."""
    stages = context.repository.definition.stages
    if case is None or stages.budget is None or form not in stages.budget.beside:
        return []
    case_query = CaseQuery(context.repository, context.seen_forms(), case)
    case_query.read_as(("money beside", context.worker.roles), lambda: budget.ask_money(case_query, stages))
    return [_balance_line(balance, context.reading.language) for balance in budget.payer_balances(case_query, stages)]


def _balance_line(balance: Balance, language: str) -> str:
    total = balance.total
    planned, given, left = (amount_text(amount, language) for amount in (total.planned, total.given, total.left))
    if not balance.has_budget:
        return gettext("%(currency)s: given %(given)s", currency=balance.currency, given=given)
    return gettext(
        "%(currency)s: planned %(planned)s, given %(given)s, left %(left)s",
        currency=balance.currency,
        planned=planned,
        given=given,
        left=left,
    )
