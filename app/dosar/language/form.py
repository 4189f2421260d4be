"""A paper form, as its YAML file describes it."""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from dosar.language.consent import ConsentRule
from dosar.language.deadline_rule import DeadlineRule
from dosar.language.question import Question
from dosar.language.question_options import Name, Sensitivity
from dosar.language.restriction import Restriction
from dosar.language.rules.expressions import Expression
from dosar.language.text.texts import Text

QuestionNames = tuple[Name, ...]
QuestionsByName = Mapping[str, Question]
QuestionKey = tuple[str, str]
"""Where a question stands: the table of rows it is a column of, or nothing, and its name."""

TITLE_PIECE = re.compile(r"{(\w+)}")
"""A question that a title is made of."""

CASE_FORM = "case"
"""The form every case sheet belongs to; its records are the case files themselves."""
USER_LINK = "user"
"""What a link says that leads to somebody who signs in."""


class Section(BaseModel):
    """One part of the sheet, in the paper's order."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: Text
    """The heading of this part of the paper."""
    number: str | None = None
    """Its number on the paper."""
    help: Text | None = None
    """What the paper says under the heading."""
    show_if: Expression | None = None
    """A rule; only while it is true the section is asked and its answers kept."""
    questions: tuple["AnyQuestion", ...]  # type: ignore[name-defined]  # noqa: F821 - told by dosar.fields
    """The questions, in the paper's order."""

    def with_questions(self, question_for: Callable[[Question], Question | None]) -> "Section | None":
        """The section with what ``question_for`` gives for each of its questions; ``None`` if nothing is left of it."""
        questions = tuple(changed for question in self.questions if (changed := question_for(question)) is not None)
        return self.model_copy(update={"questions": questions}) if questions or not self.questions else None


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
    """A number or money."""
    by: tuple[Name, ...] = ()
    """What it is summed by: choices, links or texts."""
    label: Text | None = None
    """What the total is called; left out, as the question that is summed."""


class Signature(BaseModel):
    """A line to sign on the printed sheet."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    role: Name
    """Who signs."""
    label: Text
    """What stands under the line."""
    many: bool = False
    """Several people sign."""
    each_row: bool = False
    """Each record is signed by itself: the printed list has a column for it."""


class PrintedLedger(BaseModel):
    """What a ledger has on paper beside its lines."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    head: tuple[str, ...] = ()
    """Above the lines: answers of the case's last sheets of other forms, each as ``form.question``."""
    foot: tuple[str, ...] = ()
    """Below them."""
    every_section: bool = False
    """Sections without a line are printed too."""


class RetentionClass(BaseModel):
    """For how long the cases of one kind are kept, and what is done then."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    retention: Name
    """Its name for ever."""
    title: Text
    """What people read: for whom, how long, by which rule of the organisation or the law."""
    applies_if: Expression | None = None
    """A rule about the case file; left out, it applies to every case that none before it applies to."""
    until: Expression
    """A rule about the case file that says the last day; while it says none, as long as a case is open, none is due."""
    then: Literal["erase", "anonymise"] = "anonymise"
    """What two persons are asked to do after that day."""


class AboutPerson(BaseModel):
    """Whom the records of a form are about: before one is filed, it is asked whether she is known already."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    names: Annotated[tuple[Annotated[QuestionNames, Field(min_length=1)], ...], Field(min_length=1)]
    """What she is called, the family name first: ``[last_name, first_name]``; then the names she had before."""
    born: Name | None = None
    """The question about her date of birth."""

    @property
    def question_names(self) -> set[str]:
        """Every question that is named."""
        return {name for names in self.names for name in names} | ({self.born} if self.born else set())


class Form(BaseModel):
    """A form: one file, one table, one screen, one entry of the menu."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)

    form: Name
    """The form's name: its file, its table, its address."""
    was: Name | None = None
    """The name the form had before; its records come along, with their history, files and drafts."""
    version: Annotated[int, Field(ge=1)] = 1
    """Counts up when the paper changes; each record keeps the version it was filled in on."""
    title: Text
    """What one sheet is called."""
    plural: Text | None = None
    """What the list of them is called; left out, as the title."""
    paper: str | None = None
    """The sheet's number in the specification of the source documents (F10)."""
    source: str | None = None
    """Where the paper comes from."""
    note: Text | None = None
    """A remark to the organisation: shown in the forms overview, never on the sheet."""
    intro: Text | None = None
    """What the paper says before its first question."""
    purpose: Text | None = None
    """For the register of processing (GDPR art. 30): what for it holds data of persons; else its group in the menu says
    it."""
    legal_basis: Text | None = None
    """On which ground of the law; else its group in the menu says it."""
    recipients: Text | None = None
    """Who outside gets something of it, beside the organisations its sheets name."""
    transfers: Text | None = None
    """To which countries outside the European Economic Area something of it goes, and with which safeguards."""
    kept_for: Text | None = None
    """For how long its records are kept, where they belong to no case; else its group in the menu says it."""
    belongs_to: Literal["case"] | None = None
    """``case``; left out, the records stand by themselves, like persons and organisations."""
    case_was: Name | None = None
    """A link to a case: by it, an upgrade gives their case to the records kept before the form belonged to cases."""
    one_per_case: bool = False
    """A case has at most one such sheet."""
    append_only: bool = False
    """A ledger: entries are never changed or deleted, a mistake is reversed by another entry."""
    not_sensitive: Text | None = None
    """Why what is written in its texts may be seen by everybody who sees the form, where a question says nothing."""
    written_by: QuestionNames = ()
    """The roles that may write its answers, unless a question says it itself; left out, everybody with the sheet."""
    private_to: QuestionNames = ()
    """Questions that link to users: only the people a record names in them ever reach it."""
    layout: Literal["sheet", "sections"] | None = None
    """On one page, or section by section; left out, by the number of questions."""
    record_title: str | None = None
    """What a record is called, with questions in braces: ``{name}, {birth_date}``."""
    person: AboutPerson | None = None
    """Whom its records are about: ``names`` and ``born``, the questions by which she is known again."""
    list: QuestionNames = ()
    """The questions that are the columns of the list."""
    header: QuestionNames = ()
    """What of a case stands above each of its sheets; only the case form has it."""
    filters: QuestionNames = ()
    """The questions the list can be filtered by."""
    excerpt: QuestionNames = ()
    """What of a sheet stands on the page of a sheet of the case that it links to."""
    sort: tuple[str, ...] = ()
    """The question the list is sorted by; with a minus before it, the latest first."""
    totals: tuple[Total, ...] = ()
    """Running totals, shown above the list and with the case."""
    printed: PrintedLedger | None = None
    """What the ledger has on paper beside its lines: ``head``, ``foot`` (``form.question`` of the case's last such
    sheets) and ``every_section``."""
    retention: tuple[RetentionClass, ...] = ()
    """For how long cases are kept: the first class that applies counts; only the case form has it."""
    restricts: tuple[Restriction, ...] = ()
    """Answers that restrict the case: who goes on seeing it then, and what is still written; the case form and forms
    that belong to a case have it."""
    deadlines: tuple[DeadlineRule, ...] = ()
    """What is due, when and whose it is: the time rules of the paper."""
    consents: tuple[ConsentRule, ...] = ()
    """What a person consents to on this form, and which forms are not filed without it; a form that belongs to a case
    has it."""
    face: Name | None = None
    """The question that says on which of the form's faces a record is kept."""
    sections: Annotated[tuple[Section, ...], Field(min_length=1)]
    """The parts of the sheet, in the paper's order."""
    signatures: tuple[Signature, ...] = ()
    """The lines to sign on the printed sheet."""

    @property
    def key(self) -> str:
        return self.form

    @property
    def paper_ledger(self) -> PrintedLedger:
        """What the ledger has on paper, also where the file says nothing."""
        return self.printed or PrintedLedger()

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
        return tuple(question for question in self.questions.values() if question.columns_asked())

    @cached_property
    def code_question(self) -> Question | None:
        """The number by which papers and people name a record: the first question whose answer is issued."""
        return next(
            (question for question in self.questions.values() if question.issued and not question.retired), None
        )

    @cached_property
    def every_clearance(self) -> frozenset[Sensitivity]:
        """What one must be cleared for to see every answer."""
        every = (part for question in self.questions.values() for part in (question, *question.columns_asked()))
        return frozenset(clearance for part in every for clearance in part.clearances)

    def asked_questions(self) -> Iterator[Question]:
        """The questions still asked, in the paper's order."""
        return (question for question in self.questions.values() if not question.retired)

    def seen_with(self, clearances: frozenset[Sensitivity]) -> "Form":
        """The form as somebody with these clearances knows it: other questions do not exist.

        The only place where a sensitivity hides a question. Lists, pages, search, sort, filters,
        history, export and link labels read the form this returns.
        """

        def cleared(question: Question) -> bool:
            return question.clearances <= clearances

        return self._with_only(cleared, lambda question: question.seen_with(clearances))

    def with_title_only(self) -> "Form":
        """The form as somebody knows it who may choose its records by their titles: nothing else is asked."""
        named = TITLE_PIECE.findall(self.record_title or "")
        return self._with_only(lambda question: question.name in named, lambda question: question)

    def with_questions(self, question_for: Callable[[Question], Question | None]) -> "Form":
        """The form with what ``question_for`` gives for each of its questions in its place; ``None`` leaves it out.

        A section that nothing is left of goes too.
        """
        sections = (section.with_questions(question_for) for section in self.sections)
        return Form.model_construct(
            **dict(self, sections=tuple(section for section in sections if section is not None))
        )

    def _with_only(self, is_wanted: Callable[[Question], bool], as_known: Callable[[Question], Question]) -> "Form":
        """The form without the other questions, and without all that names them."""
        form = self.with_questions(lambda question: as_known(question) if is_wanted(question) else None)
        names = form.questions.keys()
        return Form.model_construct(
            **dict(
                form,
                person=self._person_known_by(names),
                list=[name for name in self.list if name in names],
                header=[name for name in self.header if name in names],
                filters=[name for name in self.filters if name in names],
                excerpt=[name for name in self.excerpt if name in names],
                sort=[name for name in self.sort if name.removeprefix("-") in names],
                totals=[total for total in self.totals if {total.sum, *total.by} <= names],
            )
        )

    def _person_known_by(self, known: Collection[str]) -> AboutPerson | None:
        """Nobody, where the name of today is not among the questions."""
        known_names = [name for name in self.person.names if {*name} <= {*known}] if self.person else []
        if self.person is None or self.person.names[0] not in known_names:
            return None
        born = self.person.born if self.person.born in known else None
        return AboutPerson.model_construct(names=tuple(known_names), born=born)
