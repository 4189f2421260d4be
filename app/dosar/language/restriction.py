"""What restricts a case: fewer people see it or write in it then, and less is written. A part of a form's file.

Sources: GDPR art. 5(1)(e) and 18(2); the archive rule of the source documents for closed files.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from dosar.language.question import Question
from dosar.language.question_options import Name
from dosar.language.text.texts import Text
from dosar.language.wanted_answers import CHOICE, YES_NO

RestrictingAnswer = Literal["code", "yes", "day"]
"""Which answers restrict: one of the codes that are named, a yes, or a day, whichever it is."""


class Restriction(BaseModel):
    """An answer that restricts the case: who goes on seeing it, what is still written in it, and by whom."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    restriction: Name
    """Its name for ever."""
    title: Text
    """Why the case is restricted, as it stands on its page: a sentence."""
    question: Name
    """The question of this form that restricts: a choice, with ``codes``; a yes or no; or a date, as soon as there is
    one. It has no sensitivity: the database itself compares it."""
    codes: tuple[str, ...] = ()
    """Of a choice: the codes that restrict."""
    lifted_by: Name | None = None
    """A question of this form: answered on a later sheet of the case, it ends what an earlier one restricts. Where a
    date restricts, it is a date too: what counts is which of the days is later, not which sheet was typed last; on
    one and the same day, the sheet filed last."""
    lifted_in: Name | None = None
    """The form on which ``lifted_by`` is asked, where it is not this one: another one that belongs to cases."""
    seen_by: tuple[Name, ...] = ()
    """The roles that go on seeing the case, each as far as its own scope goes; for all others it does not exist. Left
    out, everybody who sees it goes on seeing it."""
    written: Annotated[tuple[Name, ...], Field(min_length=1)]
    """The forms that are still written in the case; every other sheet is read only."""
    written_by: tuple[Name, ...] = ()
    """The roles that still write them; whoever else goes on seeing the case reads it only. Left out, everybody who sees
    it writes them."""


@dataclass(frozen=True)
class CaseRestriction:
    """A restriction of a form that runs."""

    form: str
    restriction: Restriction
    restricts: RestrictingAnswer
    asked: Question = field(compare=False, repr=False)
    """The question that restricts."""
    since: date | None = field(default=None, compare=False)
    """Of one that was found to hold for a case by a date: that day."""

    @property
    def key(self) -> str:
        """By which it is told from all others."""
        return f"{self.form}.{self.restriction.restriction}"

    @property
    def read_only(self) -> bool:
        """Whether nothing at all is written in the case by whom it holds for."""
        return not self.restriction.written

    @property
    def lifting_form(self) -> str:
        """The form whose later sheets may end it."""
        return self.restriction.lifted_in or self.form

    def for_roles(self, held: Collection[str]) -> "CaseRestriction":
        """As it holds for somebody with these roles: where others alone write in the case, nothing is written."""
        if not self.restriction.written_by or {*held} & {*self.restriction.written_by}:
            return self
        return replace(self, restriction=self.restriction.model_copy(update={"written": ()}))


def restricting_answer(question: Question) -> RestrictingAnswer | None:
    """Which answers of the question can restrict a case; ``None`` where none can."""
    if CHOICE.fits(question):
        return "code"
    if YES_NO.fits(question):
        return "yes"
    return "day" if question.whole_day and not question.computed else None


def restricts_with(restriction: Restriction, answer: Any) -> bool:
    """Whether this answer to its question restricts: one of its codes, a yes, or a day."""
    return answer in restriction.codes if restriction.codes else answer not in (None, False)


def case_restrictions(
    restrictions: Mapping[str, Iterable[Restriction]], questions: Mapping[str, Mapping[str, Question]]
) -> tuple[CaseRestriction, ...]:
    """The restrictions of forms without a finding: the form of each, its question, and which answers restrict."""
    return tuple(
        CaseRestriction(form, _with_lifting_asked(restriction, questions), answer, asked)
        for form, declared in sorted(restrictions.items())
        for restriction in declared
        if (asked := questions[form].get(restriction.question)) is not None
        and (answer := restricting_answer(asked)) is not None
    )


def _with_lifting_asked(restriction: Restriction, questions: Mapping[str, Mapping[str, Question]]) -> Restriction:
    """Where the other form that lifts it is not used, or runs as before it asked, only a correction lifts it."""
    if restriction.lifted_in is None or restriction.lifted_by in questions.get(restriction.lifted_in, {}):
        return restriction
    return restriction.model_copy(update={"lifted_by": None, "lifted_in": None})
