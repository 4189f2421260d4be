"""The stages a case goes through, and what its page draws together from the forms. ``forms/stages.yaml``."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from dosar.language.form import CASE_FORM
from dosar.language.organisation.programme import Programme
from dosar.language.question_options import Name
from dosar.language.rules.expressions import Expression
from dosar.language.text.texts import Text
from dosar.language.wanted_answers import (
    ChoiceName,
    ChoicesName,
    CurrencyName,
    DayName,
    MoneyName,
    MonthName,
    NamedQuestion,
    NumberName,
    Path,
    RecordName,
    RowsName,
    ShownName,
    TextName,
    YesNoName,
    named_questions,
)


class StagesPart(BaseModel):
    """A part of the file."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


class Stage(StagesPart):
    """One stage with its documents, in the order of the work."""

    stage: Name
    title: Text
    needs: tuple[Name, ...] = ()
    """The forms without which the case does not go on."""
    optional: tuple[Name, ...] = ()
    since: DayName | None = None
    """A date of the case file: only sheets from that day on belong to the stage."""
    until: DayName | None = None
    """A date of the case file: how long the stage is planned to last."""
    done: DayName | None = None
    """A date of the case file: given while a document is missing that the stage needs, it must be confirmed."""

    @property
    def forms(self) -> tuple[Name, ...]:
        return (*self.needs, *self.optional)


class StageSource(StagesPart):
    """The form in which workers write when a stage began and ended."""

    form: Name
    stage: ChoiceName
    entered: DayName
    finished: DayName


class PeopleAround(StagesPart):
    """The form of the people around the case, and what is said of each beside the title."""

    form: Name
    say: tuple[ShownName, ...] = ()


class RisksSource(StagesPart):
    """The risks of the newest assessment that are still open."""

    form: Name
    rows: RowsName
    word: ShownName
    level: NumberName
    open: Expression | None = None
    """When a risk counts; without it each does."""


class PayerShares(StagesPart):
    """What each of several payers bears of a row: a column for each, and a table that says who they are."""

    columns: Annotated[tuple[NumberName, ...], Field(min_length=1)]
    parties: RowsName
    """The table with a row for each payer."""
    column: ChoiceName
    """The choice in it that says which column is the payer's: its codes are the names of the columns."""
    payer: RecordName
    """The link to the payer."""
    name: TextName
    """What the payer is called where no record is linked."""


class Promise(StagesPart):
    """A date that sheets of a form promise; it is due until a later sheet of the form is filed."""

    form: Name
    date: DayName
    ends: DayName | None = None
    """A date of the case file: once it stands there, nothing is due any more."""


class RequestRegister(StagesPart):
    """Where it is registered what persons ask about their data; a request is open while it has a day of answer."""

    form: Name
    kind: ChoiceName
    """What is asked for."""
    received: DayName
    due: DayName
    """Until when it is answered; nothing once that is decided."""


class Budget(StagesPart):
    """What is planned: rows of a budget, each with its payer. The newest budget of each currency counts."""

    form: Name
    rows: RowsName
    amount: NumberName
    payer: RecordName
    currency: CurrencyName
    shares: PayerShares | None = None
    beside: tuple[Name, ...] = ()
    """The forms beside whose sheets stands what is planned, given and left."""

    @property
    def payers(self) -> tuple[tuple[Name, Name], ...]:
        """The columns that link to payers: (table, column)."""
        return (self.rows, self.payer), *([(self.shares.parties, self.shares.payer)] if self.shares else [])


class GivenAid(StagesPart):
    """What was given: one record for each thing, with its value and its payer."""

    form: Name
    amount: MoneyName
    payer: RecordName
    signed: tuple[YesNoName, ...] = ()
    """The questions that say who signed the line; a line lacks a signature until all say yes."""


class MonthlyPackages(StagesPart):
    """What is to be received every month of a period: a month without it is a gap."""

    ledger: Name
    kind: ChoiceName
    kinds: Annotated[tuple[str, ...], Field(min_length=1)]
    month: MonthName
    received: MonthName
    amount: MoneyName
    period: Name
    """The form that says from when until when."""
    since: DayName
    until: DayName
    due: ChoicesName | None = None
    """The question of the period that says which kinds are to be received; unanswered, or without it, all."""


class Stages(StagesPart):
    """What stands on the page of a case."""

    stages: tuple[Stage, ...] = ()
    told_by: StageSource | None = None
    people: PeopleAround | None = None
    risks: RisksSource | None = None
    promises: tuple[Promise, ...] = ()
    requests: RequestRegister | None = None
    budget: Budget | None = None
    given: tuple[GivenAid, ...] = ()
    monthly: MonthlyPackages | None = None
    programme: Programme | None = None

    def without_optional(self) -> "Stages":
        """The same with nothing but the documents that each stage needs: no case lacks another one."""
        needed = tuple(stage.model_copy(update={"optional": ()}) for stage in self.stages)
        return self.model_copy(update={"stages": needed})

    def named(self) -> Iterator[NamedQuestion]:
        """Every form and question the file names."""
        for position, stage in enumerate(self.stages):
            yield from _named_by_stage(stage, ("stages", position))
        if told_by := self.told_by:
            yield from _named_with_form(told_by, ("told_by",), "stage", "entered", "finished")
        if self.people:
            yield from _named_with_form(self.people, ("people",), "say")
        if self.risks:
            yield from _named_by_risks(self.risks)
        for position, promise in enumerate(self.promises):
            yield from _named_with_form(promise, ("promises", position), "date")
            yield from named_questions(promise, ("promises", position), CASE_FORM, "ends")
        if self.requests:
            yield from _named_with_form(self.requests, ("requests",), "kind", "received", "due")
        if self.budget:
            yield from _named_by_budget(self.budget)
        for position, given in enumerate(self.given):
            yield from _named_with_form(given, ("given", position), "amount", "payer", "signed")
        if self.monthly:
            yield from _named_by_months(self.monthly)
        yield from self.programme.named() if self.programme else ()


def _named_by_stage(stage: Stage, path: Path) -> Iterator[NamedQuestion]:
    for option in ("needs", "optional"):
        for position, form in enumerate(getattr(stage, option)):
            yield NamedQuestion((*path, option, position), form)
    yield from named_questions(stage, path, CASE_FORM, "since", "until", "done")


def _named_with_form(
    part: StageSource | PeopleAround | RisksSource | Promise | RequestRegister | Budget | GivenAid,
    path: Path,
    *options: str,
) -> Iterator[NamedQuestion]:
    """The form that the part names, and questions of it."""
    yield NamedQuestion((*path, "form"), part.form)
    yield from named_questions(part, path, part.form, *options)


def _named_by_risks(risks: RisksSource) -> Iterator[NamedQuestion]:
    yield from _named_with_form(risks, ("risks",), "rows")
    yield from named_questions(risks, ("risks",), risks.form, "word", "level", table=risks.rows)
    for name in sorted(risks.open.names) if risks.open else ():
        yield NamedQuestion(("risks", "open"), risks.form, name, risks.rows)


def _named_by_budget(budget: Budget) -> Iterator[NamedQuestion]:
    yield from _named_with_form(budget, ("budget",), "rows")
    yield from named_questions(budget, ("budget",), budget.form, "amount", "payer", table=budget.rows)
    yield from named_questions(budget, ("budget",), budget.form, "currency")
    for position, form in enumerate(budget.beside):
        yield NamedQuestion(("budget", "beside", position), form)
    if shares := budget.shares:
        path = ("budget", "shares")
        yield from named_questions(shares, path, budget.form, "columns", table=budget.rows)
        yield from named_questions(shares, path, budget.form, "parties")
        yield from named_questions(shares, path, budget.form, "column", "payer", "name", table=shares.parties)


def _named_by_months(months: MonthlyPackages) -> Iterator[NamedQuestion]:
    path = ("monthly",)
    yield NamedQuestion((*path, "ledger"), months.ledger)
    yield NamedQuestion((*path, "period"), months.period)
    yield from named_questions(months, path, months.ledger, "kind", "month", "received", "amount")
    yield from named_questions(months, path, months.period, "since", "until", "due")


class Profile(StagesPart):
    """Which forms an organisation uses. The records of the others stay, out of sight. ``forms/profile.yaml``."""

    forms: Annotated[tuple[Name, ...], Field(min_length=1)]
