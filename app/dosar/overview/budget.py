"""Money of a case: planned against given by payer, each currency apart; months without their package."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import func, or_, select

from dosar.language.form import Form
from dosar.language.organisation.stages import Budget, GivenAid, MonthlyPackages, PayerShares, Stages
from dosar.language.question import Answers
from dosar.overview.case_query import CaseQuery
from dosar.records.sheets.acceptance import is_accepted

YearMonth = tuple[int, int]
"""Year and month."""
Payer = int | str | None
"""A payer's record, else the words written for it, else nobody named."""
ZERO_AMOUNT = Decimal("0.00")


@dataclass
class PayerLine:
    """What one payer planned and gave."""

    planned: Decimal = ZERO_AMOUNT
    given: Decimal = ZERO_AMOUNT

    @property
    def left(self) -> Decimal:
        """What of the plan is not given yet, in the unit of the currency; below zero where more was given."""
        return self.planned - self.given


@dataclass
class Balance:
    """Planned and given in one currency, by payer."""

    currency: str
    has_budget: bool = False
    payers: dict[Payer, PayerLine] = field(default_factory=dict)

    def of(self, payer: Payer) -> PayerLine:
        """The line of a payer, begun at nothing where there is none."""
        return self.payers.setdefault(payer, PayerLine())

    @property
    def total(self) -> PayerLine:
        """The sums over all payers."""
        lines = self.payers.values()
        return PayerLine(
            sum((line.planned for line in lines), ZERO_AMOUNT), sum((line.given for line in lines), ZERO_AMOUNT)
        )


# --- budget against given ----------------------------------------------------------------------------


def ask_money(case_query: CaseQuery, stages: Stages) -> None:
    """Ask for the budgets, the sums given, the unsigned lines and the monthly packages.

    Once it is read, :func:`payer_balances`, :func:`unsigned_lines` and :func:`missing_packages` tell them.
    """
    if stages.budget:
        _ask_budget(case_query, stages.budget)
    for position, given in enumerate(stages.given):
        _ask_given(case_query, position, given)
    if stages.monthly:
        _ask_months(case_query, stages.monthly)


def _ask_budget(case_query: CaseQuery, budget: Budget) -> None:
    if case_query.may_know(budget.form, budget.currency) and case_query.may_know_rows(
        budget.form, budget.rows, budget.amount, budget.payer
    ):
        dated = case_query.dating_question_name(budget.form)
        counts = is_accepted(case_query.repository.record_class(budget.form))
        case_query.ask("budgets", budget.form, [budget.currency, *([dated] if dated else [])], counts)
        case_query.ask_rows("budget rows", budget.form, budget.rows)
        if budget.shares:
            _ask_parties(case_query, budget.form, budget.shares)


def _ask_parties(case_query: CaseQuery, form: str, shares: PayerShares) -> None:
    if case_query.may_know_rows(form, shares.parties, shares.column, shares.payer, shares.name):
        case_query.ask_rows("budget parties", form, shares.parties)


def _ask_given(case_query: CaseQuery, position: int, given: GivenAid) -> None:
    if not case_query.may_know(given.form, given.amount, given.payer):
        return
    record_class: Any = case_query.repository.record_class(given.form)
    amount, currency = (
        getattr(record_class, name) for name in case_query.known[given.form].questions[given.amount].column_types()
    )
    payer = getattr(record_class, given.payer).label("payer")
    by = [payer, currency.label("currency")]
    sums = [func.sum(amount).label("amount")]
    case_query.ask_sums(("given", position), given.form, sums, amount.is_not(None), is_accepted(record_class), by=by)
    if given.signed and case_query.may_know(given.form, *given.signed):
        unsigned = or_(*[getattr(record_class, name).is_not(True) for name in given.signed])
        count = [func.count(record_class.id).label("count")]
        stand = unreversed_entries(case_query.known[given.form], record_class)
        case_query.ask_sums(("unsigned", position), given.form, count, unsigned, is_accepted(record_class), *stand)


def unreversed_entries(form: Form, record_class: Any) -> list[Any]:
    """The condition that a line of a ledger neither takes back another one nor was taken back."""
    if not form.append_only:
        return []
    taken_back = select(record_class.reverses).where(record_class.reverses.is_not(None), is_accepted(record_class))
    return [record_class.reverses.is_(None), record_class.id.not_in(taken_back)]


def payer_balances(case_query: CaseQuery, stages: Stages) -> list[Balance]:
    """Planned against given, a balance for each currency that occurs."""
    found: dict[str, Balance] = {}
    for currency, payer, amount in _planned_amounts(case_query, stages.budget) if stages.budget else ():
        balance = found.setdefault(currency, Balance(currency))
        balance.has_budget = True
        balance.of(payer).planned += amount
    for position, _ in enumerate(stages.given):
        for row in case_query.found.get(("given", position), ()):
            found.setdefault(row["currency"], Balance(row["currency"])).of(row["payer"]).given += row["amount"]
    return list(found.values())


def _planned_amounts(case_query: CaseQuery, budget: Budget) -> Iterable[tuple[str, Payer, Decimal]]:
    """(currency, payer, amount) of the rows of the newest budget of each currency."""
    if "budgets" not in case_query.found:
        return
    dated = case_query.dating_question_name(budget.form)
    written = sorted(
        case_query.answers("budgets", budget.form), key=lambda entry: (entry[1].get(dated) or date.min, entry[0])
    )
    newest = {answers[budget.currency]: number for number, answers in written if answers.get(budget.currency)}
    of_record = {number: currency for currency, number in newest.items()}
    parties = _budget_parties(case_query, budget)
    for number, row in case_query.answers_of_rows("budget rows", budget.form, budget.rows):
        if number in of_record and row.get(budget.amount) is not None:
            for payer, amount in _shares_of_row(row, budget, parties.get(number, {})):
                yield of_record[number], payer, amount


def _budget_parties(case_query: CaseQuery, budget: Budget) -> dict[int, dict[str, Payer]]:
    """Whose each column of a budget is, by budget and column."""
    found: dict[int, dict[str, Payer]] = {}
    if (shares := budget.shares) and "budget parties" in case_query.found:
        for number, row in case_query.answers_of_rows("budget parties", budget.form, shares.parties):
            found.setdefault(number, {})[row.get(shares.column) or ""] = row.get(shares.payer) or row.get(shares.name)
    return found


def _shares_of_row(row: Answers, budget: Budget, parties: Mapping[str, Payer]) -> Iterator[tuple[Payer, Decimal]]:
    """(payer, amount): what the parties of a row bear, and what is left for the payer of the row."""
    own_payer, columns = row.get(budget.payer), budget.shares.columns if budget.shares else ()
    shares = {column: row[column] for column in columns if row.get(column)}
    for column, share in shares.items():
        yield parties.get(column) or own_payer, share
    if (rest := row[budget.amount] - sum(shares.values())) or not shares:
        yield own_payer, rest


def unsigned_lines(case_query: CaseQuery, stages: Stages) -> list[tuple[str, int]]:
    """(form, how many of its lines lack a signature), where any do."""
    counted = [
        (given.form, case_query.found[("unsigned", position)][0]["count"])
        for position, given in enumerate(stages.given)
        if ("unsigned", position) in case_query.found
    ]
    return [(form, count) for form, count in counted if count]


# --- monthly packages --------------------------------------------------------------------------------


def _ask_months(case_query: CaseQuery, months: MonthlyPackages) -> None:
    names = [months.kind, months.month, months.received, months.amount]
    if not case_query.may_know(months.ledger, *names) or not case_query.may_know(
        months.period, *_period_questions(months)
    ):
        return
    record_class: Any = case_query.repository.record_class(months.ledger)
    case_query.ask(
        "months", months.ledger, names, getattr(record_class, months.kind).in_(months.kinds), is_accepted(record_class)
    )
    case_query.ask(
        "periods",
        months.period,
        _period_questions(months),
        is_accepted(case_query.repository.record_class(months.period)),
    )


def _period_questions(months: MonthlyPackages) -> list[str]:
    """What is asked of each period."""
    return [months.since, months.until, *([months.due] if months.due else [])]


def missing_packages(case_query: CaseQuery, months: MonthlyPackages | None, today: date) -> dict[str, list[YearMonth]]:
    """Kind → the months of the studies in which nothing of it was received."""
    if months is None or "months" not in case_query.found:
        return {}
    lines = [answers for _, answers in case_query.answers("months", months.ledger)]
    periods = [answers for _, answers in case_query.answers("periods", months.period)]
    gaps = {
        kind: sorted(due_months(_due_spans(kind, periods, months), today) - _received_months(lines, months, kind))
        for kind in months.kinds
    }
    return {kind: found for kind, found in gaps.items() if found}


def _due_spans(kind: str, periods: Iterable[Answers], months: MonthlyPackages) -> list[tuple[date, date | None]]:
    """The periods in which the kind is due: first and last day."""
    return [
        (period[months.since], period.get(months.until))
        for period in periods
        if period.get(months.since) and kind in ((months.due and period.get(months.due)) or months.kinds)
    ]


def _received_months(lines: Sequence[Answers], months: MonthlyPackages, kind: str) -> set[YearMonth]:
    """The months in which something of the kind was received and not taken back."""
    sums: dict[YearMonth, Decimal] = {}
    for line in lines:
        if line[months.kind] == kind and (month := _month_of(line, months)):
            amount = line[months.amount]
            sums[month] = sums.get(month, ZERO_AMOUNT) + (amount.amount if amount else ZERO_AMOUNT)
    return {month for month, amount in sums.items() if amount > 0}


def _month_of(line: Mapping[str, Any], months: MonthlyPackages) -> YearMonth | None:
    """The month a line is for: the one written, else the one in which it was received."""
    for answer in (line.get(months.month), line.get(months.received)):
        parts = str(answer or "").split("-")
        if len(parts) > 1:
            return int(parts[0]), int(parts[1])
    return None


def due_months(periods: Iterable[tuple[date, date | None]], today: date) -> set[YearMonth]:
    """The calendar months of these periods that are over."""
    now = (today.year, today.month)
    due: set[YearMonth] = set()
    for since, until in periods:
        month, last = (since.year, since.month), (until.year, until.month) if until else now
        while month <= last and month < now:
            due.add(month)
            month = next_month(month)
    return due


def next_month(month: YearMonth) -> YearMonth:
    """The month after."""
    year, number = month
    return (year + 1, 1) if number == 12 else (year, number + 1)


def join_months(months: Sequence[YearMonth]) -> list[tuple[YearMonth, YearMonth]]:
    """Months in a row as one span: first and last."""
    spans: list[tuple[YearMonth, YearMonth]] = []
    for month in months:
        if spans and next_month(spans[-1][1]) == month:
            spans[-1] = (spans[-1][0], month)
        else:
            spans.append((month, month))
    return spans
