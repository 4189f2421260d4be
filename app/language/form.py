"""A paper form, as its YAML file describes it."""

from collections.abc import Iterator
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from app.language.expressions import Expression
from app.language.question import Name, Question, Sensitivity
from app.language.texts import Text

Names = tuple[Name, ...]

CASE = "case"
"""The form every case sheet belongs to; its records are the case files themselves."""


class Section(BaseModel):
    """One part of the sheet, in the paper's order."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: Text
    number: str | None = None
    help: Text | None = None
    show_if: Expression | None = None
    questions: tuple["AnyQuestion", ...]  # type: ignore[name-defined]  # noqa: F821 - told by app.fields


class Mixin(BaseModel):
    """Sections that several forms share: ``mixin: <name>`` stands for them among a form's sections."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    mixin: Name
    sections: Annotated[tuple[Section, ...], Field(min_length=1)]


class Total(BaseModel):
    """A running total over the records of a case: sum of a number or of money, by a choice.

    Sums of money are always kept apart by currency.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    sum: Name
    by: tuple[Name, ...] = ()
    label: Text | None = None


class Signature(BaseModel):
    """A line to sign on the printed sheet."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    role: Name
    label: Text
    many: bool = False
    each_row: bool = False


class Form(BaseModel):
    """A form: one file, one table, one screen, one entry of the menu."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)

    form: Name
    version: Annotated[int, Field(ge=1)] = 1
    title: Text
    plural: Text | None = None
    paper: str | None = None
    """The sheet's number in the specification of the source documents (F10)."""
    source: str | None = None
    note: Text | None = None
    intro: Text | None = None
    belongs_to: Literal["case"] | None = None
    one_per_case: bool = False
    append_only: bool = False
    private_to: Names = ()
    """Questions that link to users: only the people a record names in them ever reach it (F44)."""
    layout: Literal["sheet", "sections"] | None = None
    record_title: str | None = None
    list: Names = ()
    header: Names = ()
    """What of a case stands above each of its sheets; only the case form has it."""
    filters: Names = ()
    sort: tuple[str, ...] = ()
    totals: tuple[Total, ...] = ()
    place: tuple[str, ...] = ()
    face: Name | None = None
    """The question that says on which of the form's faces a record is kept."""
    sections: Annotated[tuple[Section, ...], Field(min_length=1)]
    signatures: tuple[Signature, ...] = ()

    @property
    def key(self) -> str:
        return self.form

    @cached_property
    def questions(self) -> dict[str, Question]:
        """Every question of the form by name, tables of rows included, retired ones too."""
        return {question.name: question for section in self.sections for question in section.questions}

    @cached_property
    def stored_questions(self) -> tuple[Question, ...]:
        """The questions whose answers stand in columns of the form's own table."""
        return tuple(question for question in self.questions.values() if question.column_types())

    @cached_property
    def row_questions(self) -> tuple[Any, ...]:
        """The tables of rows: each has a database table of its own."""
        return tuple(question for question in self.questions.values() if question.value_type == "rows")

    def asked(self) -> Iterator[Question]:
        """The questions still asked, in the paper's order."""
        return (question for question in self.questions.values() if not question.retired)

    def seen_with(self, clearances: frozenset[Sensitivity]) -> "Form":
        """The form as somebody with these clearances knows it: other questions do not exist.

        The only place where a sensitivity hides a question. Lists, pages, search, sort, filters,
        history, export and link labels read the form this returns.
        """
        def cleared(question: Question) -> bool:
            return question.sensitivity is None or question.sensitivity in clearances

        sections = [
            section.model_copy(update={"questions": [
                question.seen_with(clearances) for question in section.questions if cleared(question)
            ]})
            for section in self.sections
        ]
        kept = {question.name for section in sections for question in section.questions}
        return Form.model_construct(**dict(
            self,
            sections=[section for section in sections if section.questions],
            list=[name for name in self.list if name in kept],
            header=[name for name in self.header if name in kept],
            filters=[name for name in self.filters if name in kept],
            sort=[name for name in self.sort if name.removeprefix("-") in kept],
            totals=[total for total in self.totals if {total.sum, *total.by} <= kept],
        ))
