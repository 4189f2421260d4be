"""The stages a case goes through, and what its page draws together from the forms. ``forms/stages.yaml``."""

from collections.abc import Iterator
from typing import Annotated, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from app.language.expressions import Expression
from app.language.form import CASE
from app.language.programme import Programme
from app.language.question import Name
from app.language.texts import Text


class Named(NamedTuple):
    """A question (or, without one, a form) that the file names, and where it does."""

    path: tuple[str | int, ...]
    form: str
    question: str = ""
    table: str = ""
    """The table of rows whose column it is."""


class Part(BaseModel):
    """A part of the file."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


class Stage(Part):
    """One stage with its documents, in the order of the work."""

    stage: Name
    title: Text
    needs: tuple[Name, ...] = ()
    """The forms without which the case does not go on."""
    optional: tuple[Name, ...] = ()
    since: Name | None = None
    """A date of the case file: only sheets from that day on belong to the stage."""
    until: Name | None = None
    """A date of the case file: how long the stage is planned to last."""
    done: Name | None = None
    """A date of the case file: given while a document is missing that the stage needs, it must be confirmed."""

    @property
    def forms(self) -> tuple[Name, ...]:
        return (*self.needs, *self.optional)


class ToldBy(Part):
    """The form in which workers write when a stage began and ended."""

    form: Name
    stage: Name
    entered: Name
    finished: Name


class People(Part):
    """The form of the people around the case, and what is said of each beside the title."""

    form: Name
    say: tuple[Name, ...] = ()


class Risks(Part):
    """The risks of the newest assessment that are still open."""

    form: Name
    rows: Name
    word: Name
    level: Name
    open: Expression | None = None
    """When a risk counts; without it each does."""


class Shares(Part):
    """What each of several payers bears of a row: a column for each, and a table that says who they are."""

    columns: Annotated[tuple[Name, ...], Field(min_length=1)]
    parties: Name
    """The table with a row for each payer."""
    column: Name
    """The choice in it that says which column is the payer's: its codes are the names of the columns."""
    payer: Name
    """The link to the payer."""
    name: Name
    """What the payer is called where no record is linked."""


class Promise(Part):
    """A date that sheets of a form promise; it is due until a later sheet of the form is filed."""

    form: Name
    date: Name
    ends: Name | None = None
    """A date of the case file: once it stands there, nothing is due any more."""


class Budget(Part):
    """What is planned: rows of a budget, each with its payer. The newest budget of each currency counts."""

    form: Name
    rows: Name
    amount: Name
    payer: Name
    currency: Name
    shares: Shares | None = None
    beside: tuple[Name, ...] = ()
    """The forms beside whose sheets stands what is planned, given and left."""

    @property
    def payers(self) -> tuple[tuple[Name, Name], ...]:
        """The columns that link to payers: (table, column)."""
        return (self.rows, self.payer), *([(self.shares.parties, self.shares.payer)] if self.shares else [])


class Given(Part):
    """What was given: one record for each thing, with its value and its payer."""

    form: Name
    amount: Name
    payer: Name
    signed: tuple[Name, ...] = ()
    """The questions that say who signed the line; a line lacks a signature until all say yes."""


class Monthly(Part):
    """What is to be received every month of a period: a month without it is a gap."""

    ledger: Name
    kind: Name
    kinds: Annotated[tuple[str, ...], Field(min_length=1)]
    month: Name
    received: Name
    amount: Name
    period: Name
    """The form that says from when until when."""
    since: Name
    until: Name
    due: Name | None = None
    """The question of the period that says which kinds are to be received; unanswered, or without it, all."""


class Stages(Part):
    """What stands on the page of a case."""

    stages: tuple[Stage, ...] = ()
    told_by: ToldBy | None = None
    people: People | None = None
    risks: Risks | None = None
    promises: tuple[Promise, ...] = ()
    budget: Budget | None = None
    given: tuple[Given, ...] = ()
    monthly: Monthly | None = None
    programme: Programme | None = None

    def named(self) -> Iterator[Named]:
        """Every form and question the file names."""
        for place, stage in enumerate(self.stages):
            yield from _of_stage(stage, ("stages", place))
        if told := self.told_by:
            yield from _of_form(("told_by",), told.form, stage=told.stage, entered=told.entered, finished=told.finished)
        if self.people:
            yield Named(("people", "form"), self.people.form)
            for place, name in enumerate(self.people.say):
                yield Named(("people", "say", place), self.people.form, name)
        if risks := self.risks:
            yield from _of_rows(("risks",), risks.form, risks.rows, word=risks.word, level=risks.level)
            for name in sorted(risks.open.names) if risks.open else ():
                yield Named(("risks", "open"), risks.form, name, risks.rows)
        for place, promise in enumerate(self.promises):
            yield from _of_form(("promises", place), promise.form, date=promise.date)
            if promise.ends:
                yield Named(("promises", place, "ends"), CASE, promise.ends)
        yield from self._money()

    def _money(self) -> Iterator[Named]:
        if planned := self.budget:
            yield from _of_rows(("budget",), planned.form, planned.rows, amount=planned.amount, payer=planned.payer)
            yield Named(("budget", "currency"), planned.form, planned.currency)
            for place, form in enumerate(planned.beside):
                yield Named(("budget", "beside", place), form)
            yield from _of_shares(planned)
        for place, given in enumerate(self.given):
            yield from _of_form(("given", place), given.form, amount=given.amount, payer=given.payer)
            for turn, name in enumerate(given.signed):
                yield Named(("given", place, "signed", turn), given.form, name)
        if months := self.monthly:
            yield Named(("monthly", "ledger"), months.ledger)
            yield Named(("monthly", "period"), months.period)
            for option in ("kind", "month", "received", "amount"):
                yield Named(("monthly", option), months.ledger, getattr(months, option))
            for option in ("since", "until", *(["due"] if months.due else [])):
                yield Named(("monthly", option), months.period, getattr(months, option))


def _of_stage(stage: Stage, path: tuple[str | int, ...]) -> Iterator[Named]:
    for option in ("needs", "optional"):
        for place, form in enumerate(getattr(stage, option)):
            yield Named((*path, option, place), form)
    for option in ("since", "until", "done"):
        if name := getattr(stage, option):
            yield Named((*path, option), CASE, name)


def _of_form(path: tuple[str | int, ...], form: str, **questions: str) -> Iterator[Named]:
    yield Named((*path, "form"), form)
    for option, name in questions.items():
        yield Named((*path, option), form, name)


def _of_rows(path: tuple[str | int, ...], form: str, table: str, **columns: str) -> Iterator[Named]:
    yield Named((*path, "form"), form)
    yield Named((*path, "rows"), form, table)
    for option, name in columns.items():
        yield Named((*path, option), form, name, table)


def _of_shares(budget: Budget) -> Iterator[Named]:
    if shares := budget.shares:
        path = ("budget", "shares")
        for place, name in enumerate(shares.columns):
            yield Named((*path, "columns", place), budget.form, name, budget.rows)
        yield Named((*path, "parties"), budget.form, shares.parties)
        for option in ("column", "payer", "name"):
            yield Named((*path, option), budget.form, getattr(shares, option), shares.parties)


class Profile(Part):
    """Which forms an organisation uses. The records of the others stay, out of sight. ``forms/profile.yaml``."""

    forms: Annotated[tuple[Name, ...], Field(min_length=1)]
