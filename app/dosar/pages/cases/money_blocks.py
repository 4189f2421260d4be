"""The money of a case: planned against given, and what is to be looked after."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext, ngettext

from dosar.fields.formats.days import format_partial_day
from dosar.fields.money import amount_text
from dosar.language.text.texts import text_in_language
from dosar.overview import budget, stages
from dosar.overview.budget import Payer, PayerLine, YearMonth, join_months
from dosar.pages.cases.case_reading import CaseReading
from dosar.pages.urls import case_list_url
from dosar.records.titles import show_answer


@dataclass(slots=True)
class MoneyLine:
    """A payer's line, or the sum."""

    payer: str
    planned: str
    given: str
    left: str
    is_over: bool


@dataclass(slots=True)
class MoneyBlock:
    """Planned against given in one currency."""

    currency: str
    has_budget: bool
    lines: list[MoneyLine]
    total: MoneyLine


@dataclass(slots=True)
class MoneyWarning:
    """Something about the money to look after."""

    text: str
    url: str


def money_blocks(case: CaseReading) -> list[MoneyBlock]:
    """Planned against given, each currency by itself."""
    return [
        MoneyBlock(
            balance.currency,
            balance.has_budget,
            [_money_line(case, _payer(case, payer), line) for payer, line in balance.payers.items()],
            _money_line(case, gettext("Total"), balance.total),
        )
        for balance in case.balances
    ]


def _payer(case: CaseReading, payer: Payer) -> str:
    if isinstance(payer, str):
        return payer
    named = next((text for (_, number), text in case.payer_titles.items() if number == payer), "")
    return named or gettext("payer not named")


def _money_line(case: CaseReading, payer: str, line: PayerLine) -> MoneyLine:
    planned, given, left = (amount_text(amount, case.language) for amount in (line.planned, line.given, line.left))
    return MoneyLine(payer, planned, given, left, is_over=line.left < 0)


def money_warnings(case: CaseReading) -> list[MoneyWarning]:
    """Lines that wait for acceptance, lines without a signature, months without their package."""
    return [*_uncounted_sheets(case), *_unsigned_lines(case), *_missing_packages(case)]


def _uncounted_sheets(case: CaseReading) -> list[MoneyWarning]:
    """What is in none of the sums yet."""
    of_money = {part.form for part in (case.declared.budget, *case.declared.given) if part is not None}
    waiting = {form: stages.filed_sheets(case.query, form).waiting for form in case.query.known if form in of_money}
    return [
        MoneyWarning(
            f"{_plural(case, form)}: "
            + ngettext(
                "%(num)s waits for acceptance and is not counted",
                "%(num)s wait for acceptance and are not counted",
                count,
            ),
            case_list_url(form, case.record.id),
        )
        for form, count in waiting.items()
        if count
    ]


def _unsigned_lines(case: CaseReading) -> list[MoneyWarning]:
    return [
        MoneyWarning(
            f"{_plural(case, form)}: "
            + ngettext("%(num)s line lacks a signature", "%(num)s lines lack a signature", count),
            case_list_url(form, case.record.id),
        )
        for form, count in budget.unsigned_lines(case.query, case.declared)
    ]


def _missing_packages(case: CaseReading) -> list[MoneyWarning]:
    months = case.declared.monthly
    found = budget.missing_packages(case.query, months, case.context.reading.today)
    if months is None or not found:
        return []
    kind = case.query.known[months.ledger].questions[months.kind]
    return [
        MoneyWarning(
            gettext(
                "%(what)s missing: %(months)s",
                what=show_answer(kind, code, case.context.reading),
                months=_month_spans(case, gaps),
            ),
            case_list_url(months.ledger, case.record.id),
        )
        for code, gaps in found.items()
    ]


def _month_spans(case: CaseReading, gaps: Sequence[YearMonth]) -> str:
    return ", ".join(
        _month(case, first) if first == last else f"{_month(case, first)} – {_month(case, last)}"
        for first, last in join_months(gaps)
    )


def _month(case: CaseReading, month: YearMonth) -> str:
    return format_partial_day(f"{month[0]:04}-{month[1]:02}", case.language)


def _plural(case: CaseReading, form: str) -> str:
    return text_in_language(case.query.known[form].plural or case.query.known[form].title, case.language)
