"""Which consent of the person stands before which sheets. A part of a form's file.

Sources: the rule of the papers that assistance is given only upon consent, after being informed; GDPR art. 7.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from dosar.language.question import Question
from dosar.language.question_options import Name
from dosar.language.restriction import restricting_answer
from dosar.language.text.texts import Text

NamedElsewhere = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$")]
"""A question of another form, or a column of a table: ``data_request.consent_withdrawn_on``."""


class NeedingForm(BaseModel):
    """A form whose sheets need the consent."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    sheet: Name
    """The form that is filed only with the consent, whichever face it is filled in on."""
    on: Name | None = None
    """Its date that must lie within the time of the consent; without it, the day on which it is filed."""
    unless: Name | None = None
    """A text or choice on it: answered, the sheet needs no consent. For what could not wait: the reason is kept."""
    case: NamedElsewhere | None = None
    """Where the form belongs to no case: ``table.column``, the column of a table of rows that links to cases."""


class ConsentRule(BaseModel):
    """A consent that stands on this form, and what is not filed without it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    consent: Name
    """Its name for ever."""
    title: Text
    """What it is called in the sentence that refuses a sheet: ``Consent to assistance``."""
    given: Name
    """The date on which it is given; from that day on sheets are filed. It counts once the sheet is accepted."""
    lasts_until: Name | None = None
    """A date of the same sheet: the last day of what was given there."""
    ended_by: tuple[Name, ...] = ()
    """Dates of this form from which on no consent counts that was given before, on whichever sheet."""
    ended_in: tuple[NamedElsewhere, ...] = ()
    """Such dates on other forms of the case: ``form.question``."""
    needed_by: Annotated[tuple[NeedingForm, ...], Field(min_length=1)]
    """The forms that need it."""


@dataclass(frozen=True)
class DaySource:
    """A date on a form that gives or ends a consent."""

    form: str
    question: str
    lasts_until: str | None = None


@dataclass(frozen=True)
class CaseConsent:
    """A consent by the forms that run: where its days stand."""

    form: str
    rule: ConsentRule
    given: DaySource
    ended: tuple[DaySource, ...]

    @property
    def key(self) -> str:
        """By which it is told from all others."""
        return f"{self.form}.{self.rule.consent}"


@dataclass(frozen=True)
class NeededConsent:
    """What a form needs, and where its own day stands."""

    consent: CaseConsent
    form: str
    day: str | None
    """The question about its day; ``None`` where the day counts on which it is filed."""
    unless: str | None
    rows: str | None
    """The table of rows that names the cases; ``None`` for a form that belongs to a case."""
    case_column: str


def consents_needed(
    rules: Mapping[str, Sequence[ConsentRule]], questions: Mapping[str, Mapping[str, Question]]
) -> dict[str, tuple[NeededConsent, ...]]:
    """Form → the consents that its sheets need, of forms without a finding; what does not run is left out."""
    needed: dict[str, tuple[NeededConsent, ...]] = {}
    for form, declared in sorted(rules.items()):
        for rule in declared:
            consent = _case_consent(form, rule, questions)
            for each in rule.needed_by if consent is not None else ():
                found = _needed_consent(consent, each, questions) if consent is not None else None
                if found is not None:
                    needed[each.sheet] = (*needed.get(each.sheet, ()), found)
    return needed


def _case_consent(form: str, rule: ConsentRule, questions: Mapping[str, Mapping[str, Question]]) -> CaseConsent | None:
    if not is_plain_day(questions[form].get(rule.given)):
        return None
    until = rule.lasts_until if is_plain_day(questions[form].get(rule.lasts_until or "")) else None
    ended = tuple(
        DaySource(*named) for named in ending_days(form, rule) if is_plain_day(_question_at(questions, named))
    )
    return CaseConsent(form, rule, DaySource(form, rule.given, until), ended)


def ending_days(form: str, rule: ConsentRule) -> Iterator[tuple[str, str]]:
    """(form, question) of every date that ends it."""
    yield from ((form, name) for name in rule.ended_by)
    for named in rule.ended_in:
        other, _, question = named.partition(".")
        yield other, question


def is_plain_day(question: Question | None) -> bool:
    """Whether the answer is a day that the database itself compares."""
    return question is not None and restricting_answer(question) == "day" and not question.clearances


def _question_at(questions: Mapping[str, Mapping[str, Question]], named: tuple[str, str]) -> Question | None:
    return questions.get(named[0], {}).get(named[1])


def _needed_consent(
    consent: CaseConsent, needing: NeedingForm, questions: Mapping[str, Mapping[str, Question]]
) -> NeededConsent | None:
    asked = questions.get(needing.sheet)
    if asked is None:
        return None
    rows, _, column = (needing.case or "").partition(".")
    if rows and (rows not in asked or asked[rows].column(column) is None):
        return None
    unless = needing.unless if needing.unless in asked else None
    day = needing.on if needing.on in asked else None
    return NeededConsent(consent, needing.sheet, day, unless, rows or None, column or "case_id")
