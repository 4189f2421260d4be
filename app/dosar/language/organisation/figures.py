"""What a report counts: records of a period, in all and by what they answer. ``forms/figures.yaml``."""

from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from dosar.language.question_options import NAME_PATTERN, Name
from dosar.language.rules.expressions import Expression
from dosar.language.text.message import Mistake
from dosar.language.text.texts import Text

FigurePath = Annotated[str, StringConstraints(pattern=NAME_PATTERN.removesuffix("$") + r"(\.[a-z][a-z0-9_]{0,47})?$")]
"""A question, or the column of a table after a dot."""


class Report(BaseModel):
    """The form whose records are reported on, and where it names its periods."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    form: Name
    """The form on whose records the figures stand, such as a project."""
    begins: Name
    """The date on which the whole of it begins."""
    ends: Name
    """The date on which it ends."""
    periods: Name
    """The table of its periods."""
    title: Name
    """The column that says what a period is called."""
    since: Name
    """The column with its first day."""
    until: Name
    """The column with its last day."""


class FigureShare(BaseModel):
    """Those of the records counted that a rule picks."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)

    title: Text
    """What they are called."""
    rule: Annotated[Expression, Field(alias="if")]
    """A rule about the record; ``today()`` and ages are those of the last day of the period."""


class Figure(BaseModel):
    """One figure of a report."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)

    figure: Name
    """Its name for ever."""
    title: Text
    """What is counted."""
    note: Text | None = None
    """How it is counted, said below the title."""
    form: Name
    """The form whose records are counted."""
    day: Name | None = None
    """A date of the record: counted when it lies in the period."""
    since: Name | None = None
    """In place of ``day``: the date from which the record counts…"""
    until: Name | None = None
    """…and the one from which it no longer does; left out, or not answered, it still counts."""
    of: FigurePath | None = None
    """A link of the record, ``table.column`` in a table of rows: counted only when it points to the record reported
    on."""
    of_since: Name | None = None
    """Beside a link in a table: the column with the first day from which the row counts…"""
    of_until: Name | None = None
    """…and the one with the last; not answered, the row has no such end. The record counts on the days of the row."""
    sum: Name | None = None
    """A number that is summed up, in place of counting records."""
    rule: Annotated[Expression | None, Field(alias="if")] = None
    """A rule; only records for which it is true are counted."""
    by: tuple[Name, ...] = ()
    """Choices by which it is divided."""
    parts: tuple[FigureShare, ...] = ()
    """Parts of it that rules pick, each with its share in percent."""

    @model_validator(mode="after")
    def _is_of_a_time(self) -> Self:
        if (self.day is None) == (self.since is None):
            raise Mistake("Say the day of the record (day), or from when it counts (since); one of the two.")
        if (self.of_since or self.of_until) and not self.of_table:
            raise Mistake("Only a link in a table of rows has days of its own: of: table.column.")
        return self

    @property
    def of_table(self) -> str:
        """The table of rows in which the link stands; empty for a link of the record itself."""
        table, dot, _ = (self.of or "").partition(".")
        return table if dot else ""

    @property
    def of_link(self) -> str:
        """The link itself: a question, or a column."""
        return (self.of or "").rpartition(".")[2]


class Figures(BaseModel):
    """Every figure of the reports."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    report: Report
    figures: tuple[Figure, ...] = ()
