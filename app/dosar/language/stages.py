"""The stages a case goes through, and what its page draws together from the forms. ``forms/stages.yaml``."""

from collections.abc import Iterator
from typing import Annotated, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from dosar.language.form import CASE_FORM
from dosar.language.programme import Programme
from dosar.language.question_options import Name
from dosar.language.rules.expressions import Expression
from dosar.language.text.texts import Text


class StageReference(NamedTuple):
    """A question (or, without one, a form) that the file names, and where it does."""

    path: tuple[str | int, ...]
    form: str
    question: str = ""
    table: str = ""
    """The table of rows whose column it is."""


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
    since: Name | None = None
    """A date of the case file: only sheets from that day on belong to the stage."""
    until: Name | None = None
    """A date of the case file: how long the stage is planned to last."""
    done: Name | None = None
    """A date of the case file: given while a document is missing that the stage needs, it must be confirmed."""

    @property
    def forms(self) -> tuple[Name, ...]:
        return (*self.needs, *self.optional)


class StageSource(StagesPart):
    """The form in which workers write when a stage began and ended."""

    form: Name
    stage: Name
    entered: Name
    finished: Name


class PeopleAround(StagesPart):
    """The form of the people around the case, and what is said of each beside the title."""

    form: Name
    say: tuple[Name, ...] = ()


class RisksSource(StagesPart):
    """The risks of the newest assessment that are still open."""

    form: Name
    rows: Name
    word: Name
    level: Name
    open: Expression | None = None
    """When a risk counts; without it each does."""


class PayerShares(StagesPart):
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


class Promise(StagesPart):
    """A date that sheets of a form promise; it is due until a later sheet of the form is filed."""

    form: Name
    date: Name
    ends: Name | None = None
    """A date of the case file: once it stands there, nothing is due any more."""


class Budget(StagesPart):
    """What is planned: rows of a budget, each with its payer. The newest budget of each currency counts."""

    form: Name
    rows: Name
    amount: Name
    payer: Name
    currency: Name
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
    amount: Name
    payer: Name
    signed: tuple[Name, ...] = ()
    """The questions that say who signed the line; a line lacks a signature until all say yes."""


class MonthlyPackages(StagesPart):
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


class Stages(StagesPart):
    """What stands on the page of a case."""

    stages: tuple[Stage, ...] = ()
    told_by: StageSource | None = None
    people: PeopleAround | None = None
    risks: RisksSource | None = None
    promises: tuple[Promise, ...] = ()
    budget: Budget | None = None
    given: tuple[GivenAid, ...] = ()
    monthly: MonthlyPackages | None = None
    programme: Programme | None = None

    def named(self) -> Iterator[StageReference]:
        """Every form and question the file names."""
        for position, stage in enumerate(self.stages):
            yield from _stage_references(stage, ("stages", position))
        if told_by := self.told_by:
            yield from _form_references(
                ("told_by",), told_by.form, stage=told_by.stage, entered=told_by.entered, finished=told_by.finished
            )
        if self.people:
            yield StageReference(("people", "form"), self.people.form)
            for position, name in enumerate(self.people.say):
                yield StageReference(("people", "say", position), self.people.form, name)
        if risks := self.risks:
            yield from _row_references(("risks",), risks.form, risks.rows, word=risks.word, level=risks.level)
            for name in sorted(risks.open.names) if risks.open else ():
                yield StageReference(("risks", "open"), risks.form, name, risks.rows)
        for position, promise in enumerate(self.promises):
            yield from _form_references(("promises", position), promise.form, date=promise.date)
            if promise.ends:
                yield StageReference(("promises", position, "ends"), CASE_FORM, promise.ends)
        yield from self._money()

    def _money(self) -> Iterator[StageReference]:
        if planned := self.budget:
            yield from _row_references(
                ("budget",), planned.form, planned.rows, amount=planned.amount, payer=planned.payer
            )
            yield StageReference(("budget", "currency"), planned.form, planned.currency)
            for position, form in enumerate(planned.beside):
                yield StageReference(("budget", "beside", position), form)
            yield from _share_references(planned)
        for position, given in enumerate(self.given):
            yield from _form_references(("given", position), given.form, amount=given.amount, payer=given.payer)
            for turn, name in enumerate(given.signed):
                yield StageReference(("given", position, "signed", turn), given.form, name)
        if months := self.monthly:
            yield StageReference(("monthly", "ledger"), months.ledger)
            yield StageReference(("monthly", "period"), months.period)
            for option in ("kind", "month", "received", "amount"):
                yield StageReference(("monthly", option), months.ledger, getattr(months, option))
            for option in ("since", "until", *(["due"] if months.due else [])):
                yield StageReference(("monthly", option), months.period, getattr(months, option))


def _stage_references(stage: Stage, path: tuple[str | int, ...]) -> Iterator[StageReference]:
    for option in ("needs", "optional"):
        for position, form in enumerate(getattr(stage, option)):
            yield StageReference((*path, option, position), form)
    for option in ("since", "until", "done"):
        if name := getattr(stage, option):
            yield StageReference((*path, option), CASE_FORM, name)


def _form_references(path: tuple[str | int, ...], form: str, **questions: str) -> Iterator[StageReference]:
    yield StageReference((*path, "form"), form)
    for option, name in questions.items():
        yield StageReference((*path, option), form, name)


def _row_references(path: tuple[str | int, ...], form: str, table: str, **columns: str) -> Iterator[StageReference]:
    yield StageReference((*path, "form"), form)
    yield StageReference((*path, "rows"), form, table)
    for option, name in columns.items():
        yield StageReference((*path, option), form, name, table)


def _share_references(budget: Budget) -> Iterator[StageReference]:
    if shares := budget.shares:
        path = ("budget", "shares")
        for position, name in enumerate(shares.columns):
            yield StageReference((*path, "columns", position), budget.form, name, budget.rows)
        yield StageReference((*path, "parties"), budget.form, shares.parties)
        for option in ("column", "payer", "name"):
            yield StageReference((*path, option), budget.form, getattr(shares, option), shares.parties)


class Profile(StagesPart):
    """Which forms an organisation uses. The records of the others stay, out of sight. ``forms/profile.yaml``."""

    forms: Annotated[tuple[Name, ...], Field(min_length=1)]
