"""The money of the case beside a sheet that judges how it was spent: what is planned, given and left."""

from flask_babel import gettext

from app.fields.money import amount_text
from app.pages.desk import Desk
from app.records import budget
from app.records.budget import Balance
from app.records.glancing import Glance
from app.records.tables import Record


def money_beside(at: Desk, form: str, case: Record | None) -> list[str]:
    """A line for each currency, as far as the worker knows the budget and the ledgers."""
    stages = at.cabinet.definition.stages
    if case is None or stages.budget is None or form not in stages.budget.beside:
        return []
    look = Glance(at.cabinet, at.seen_forms(), case)
    look.read_as(("money beside", at.worker.roles), lambda: budget.ask(look, stages))
    return [_line(balance, at.reading.language) for balance in budget.balances(look, stages)]


def _line(balance: Balance, language: str) -> str:
    total = balance.total
    planned, given, left = (
        amount_text(amount, language) for amount in (total.planned, total.given, total.left)
    )
    if not balance.has_budget:
        return gettext("%(currency)s: given %(given)s", currency=balance.currency, given=given)
    return gettext(
        "%(currency)s: planned %(planned)s, given %(given)s, left %(left)s",
        currency=balance.currency, planned=planned, given=given, left=left,
    )
