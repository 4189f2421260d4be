"""Answers that stand every check of a form, found by trying: what a diligent worker would type."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from dosar.fields.money import Money
from dosar.language.answers.settling import settle_answers
from dosar.language.answers.validation import ValidationIssue, validate_answers
from dosar.language.form import Form
from dosar.language.question import Answers, Question

MOST_TRIES = 600


def options_of(question: Any, today: date) -> list[Any]:
    """Answers of this kind worth trying, the most usual first."""
    codes = [choice.code for choice in question.options() if not choice.retired and not choice.other]
    low = getattr(question, "min", None) or 0
    high = getattr(question, "max", None)
    middle = low + 1 if high is None or low + 1 <= high else low
    past = [today - timedelta(days=days) for days in (30, 400, 1)]
    tries: dict[str, Any] = {
        "text": ["text"],
        "paragraph": ["text"],
        "integer": [middle, low, high],
        "decimal": [Decimal(middle), Decimal(low)],
        "yes_no": [True, False],
        "time": [time(9, 30)],
        "date": [*past, *([] if getattr(question, "past", False) else [today + timedelta(days=400)]), today],
        "partial_date": ["1998-03-27", "2015", str(past[0])],
        "datetime": [datetime.combine(past[0], time(9))],
        "phone": ["+40727123456"],
        "email": ["a@exemplu.ro"],
        "personal_number": ["2980327123456"],
        "country": ["RO"],
        "county": ["RO-CJ"],
        "code": [None],
        "select_one": codes,
        "select_multiple": [codes[:2], codes[:1], codes],
        "ranked": [codes[:2] or ["text"]],
    }
    if question.type == "money":
        return [Money(Decimal(amount), question.currencies[0]) for amount in (50, 0, -50)]
    return [answer for answer in tries.get(question.type, []) if answer not in (None, [])]


class Diligent:
    """Fills in a form; ``links`` are the ids its links may point to, by target."""

    def __init__(self, form: Form, links: dict[str, int], today: date) -> None:
        self.form, self.links, self.today = form, links, today
        self.chance = Random(form.key)

    def fill(self, start: Answers | None = None) -> Answers:
        """Answers without a hard complaint, as near to ``start`` as trying gets; none found is a failure."""
        answers, wrong = self.try_to_fill(start)
        assert not wrong, f"{self.form.key}: nobody could fill it in: {wrong}"
        return answers

    def try_to_fill(self, start: Answers | None = None) -> tuple[Answers, list[ValidationIssue]]:
        """The same, and what is still complained about."""
        answers = dict(start or {question.name: self._first(question) for question in self.form.asked_questions()})
        for _ in range(MOST_TRIES):
            kept = settle_answers(self.form, answers, self.today)
            wrong = [issue for issue in validate_answers(self.form, kept, self.today) if not issue.soft]
            if not wrong or all(self._needs_a_link(issue.where) for issue in wrong):
                break
            self._try_otherwise(answers, self.chance.choice(wrong).where)
        return {name: answer for name, answer in kept.items() if name in self.form.questions}, wrong

    def _needs_a_link(self, where: Sequence[str]) -> bool:
        """Whether what is missing is a link to something that is not there (yet)."""
        question = self.form.questions[where[0]]
        for column in question.columns_asked() if len(where) > 1 else ():
            if column.name == where[2]:
                question = column
        return question.link_target() is not None and question.link_target() not in self.links

    def _first(self, question: Question) -> Any:
        if question.columns_asked():
            row = {column.name: self._first(column) for column in question.columns_asked()}
            return [{"id": None, **row} for _ in range(max(1, getattr(question, "min_rows", 1)))]
        return next(iter(self.options(question)), None)

    def options(self, question: Question) -> list[Any]:
        """What may be answered, but for what would restrict the case or end a consent: nobody would find or file it."""
        restricting = [said.codes for said in self.form.restricts if said.question == question.name]
        if restricting:
            kept = [answer for answer in options_of(question, self.today) if isinstance(answer, str)]
            return [code for code in kept if not any(code in codes for codes in restricting)]
        if any(question.name in (said.lasts_until, *said.ended_by) for said in self.form.consents):
            return []
        target = question.link_target()
        if target is not None:
            return [self.links[target]] if target in self.links else []
        if question.type in ("file", "image", "note", "computed"):
            return []
        return options_of(question, self.today)

    def _try_otherwise(self, answers: Answers, where: Sequence[str]) -> None:
        """Another answer for the question complained about, or for one its rule mentions."""
        question = self.form.questions[where[0]]
        if len(where) > 1:
            columns = {column.name: column for column in question.columns_asked()}
            row = answers[where[0]][int(where[1])]
            name = self.chance.choice(sorted(set(_involved(columns[where[2]])) & set(columns)))
            row[name] = self._other(columns[name], row.get(name))
            return
        name = self.chance.choice(sorted(set(_involved(question)) & set(self.form.questions)))
        chosen = self.form.questions[name]
        answers[name] = self._first(chosen) if chosen.columns_asked() else self._other(chosen, answers.get(name))

    def _other(self, question: Question, current: Any) -> Any:
        options = [answer for answer in [*self.options(question), None] if answer != current]
        return self.chance.choice(options) if options else current


def _involved(question: Question) -> Iterator[str]:
    yield question.name
    for rule in question.expressions().values():
        yield from (name.partition(".")[0] for name in rule.names)
