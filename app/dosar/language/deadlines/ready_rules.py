"""Time rules whose names are resolved against the forms: what :mod:`dosar.language.deadlines.days` reckons with."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from dosar.language.dating import dating_question
from dosar.language.deadline_rule import DeadlineRule
from dosar.language.form import CASE_FORM, USER_LINK, Form
from dosar.language.question import Question
from dosar.language.question_options import Sensitivity


class DayPlace(NamedTuple):
    """Where a date stands."""

    form: str
    question: str
    table: str = ""
    """The table of rows whose column it is."""


class NoSuchPlace(Exception):
    """What a rule names is not there."""

    def __init__(self, form: str, name: str = "", table: str = "") -> None:
        self.form, self.name, self.table = form, name, table
        super().__init__(form, name)


def find_place(text: str, own: str, forms: Mapping[str, Form]) -> DayPlace:
    """Where ``text`` of a rule of the form ``own`` points to. Raises :class:`NoSuchPlace`."""
    parts = text.split(".")
    if len(parts) == 1:
        return _place(own, "", parts[0], forms)
    if len(parts) == 2 and parts[0] not in forms and own in forms and parts[0] in forms[own].questions:
        return _place(own, parts[0], parts[1], forms)
    return _place(parts[0], parts[1] if len(parts) == 3 else "", parts[-1], forms)


def _place(form: str, table: str, name: str, forms: Mapping[str, Form]) -> DayPlace:
    if question_at(DayPlace(form, name, table), forms) is None:
        raise NoSuchPlace(form, name, table)
    return DayPlace(form, name, table)


def question_at(place: DayPlace, forms: Mapping[str, Form]) -> Question | None:
    """The question, or the column, that stands there."""
    if place.form not in forms:
        return None
    questions = forms[place.form].questions
    if not place.table:
        return questions.get(place.question)
    table = questions.get(place.table)
    return table.column(place.question) if table is not None else None


@dataclass(frozen=True)
class ReadyRule:
    """A time rule of a form that runs, and where everything stands that it names."""

    form: str
    """The form in whose file it stands."""
    rule: DeadlineRule
    source: DayPlace
    """The date from which it is counted, or that is itself the day."""
    until: DayPlace | None
    done: DayPlace | None
    """A date on the sheet or row it is counted from that ends it."""
    done_form: str
    """The form whose sheets end it; empty where ``done`` does."""
    done_day: str
    """The question that says of which day those sheets are."""
    typed: DayPlace | None
    how_often: DayPlace | None
    length: DayPlace | None
    """Where a number says how long."""
    length_link: DayPlace | None
    """The link to the record on which it stands; ``None`` if it is the sheet or row itself."""
    dated: Mapping[str, str]
    """Form → the question that says of which day its sheets are, of the forms it reads."""
    clearances: frozenset[Sensitivity]
    """What one must be cleared for to learn of its days: everything that it is counted from."""
    needs: Mapping[tuple[str, str], frozenset[str]]
    """(form, table or nothing) → the questions it reads there."""
    of_case: bool
    """Whether it is about cases."""
    names_user: bool
    """Whether whose it is stands on the sheet itself, where it can be given to somebody else."""
    partner: DayPlace | None
    """Where it stands who promised it."""
    has_partner_link: bool
    """Whether that is a record; else a name in words, which stays on the sheet."""
    about: tuple[DayPlace, ...]
    """Where it stands what it is about."""

    @cached_property
    def key(self) -> str:
        """By which it is told from all others, for ever."""
        return f"{self.form}.{self.rule.deadline}"

    @property
    def due_form(self) -> str:
        """The form on which it is done: a new sheet of it, or the one it is counted from."""
        return self.rule.due or self.source.form

    @property
    def is_new_sheet(self) -> bool:
        """Whether a sheet is to be filed; else something is answered on the one there is."""
        return self.rule.due is not None

    @property
    def is_done_on_source(self) -> bool:
        """Whether who answers on the sheet or row that it is counted from ends it; time alone is nobody's answer."""
        return self.done is not None or (self.rule.done_if is not None and not self.rule.done_if.is_day_bound)

    @cached_property
    def forms(self) -> frozenset[str]:
        """The forms whose sheets change its days."""
        return frozenset(form for form, _ in self.needs)


def ready_rules(forms: Mapping[str, Form]) -> tuple[ReadyRule, ...]:
    """The rules of the forms that run; one that names a form which is not used asks for nothing."""
    return tuple(
        ready
        for form in forms.values()
        for rule in form.deadlines
        if (ready := _ready_or_none(form, rule, forms)) is not None
    )


def _ready_or_none(form: Form, rule: DeadlineRule, forms: Mapping[str, Form]) -> ReadyRule | None:
    try:
        return make_ready(form, rule, forms)
    except NoSuchPlace:
        return None


def make_ready(form: Form, rule: DeadlineRule, forms: Mapping[str, Form]) -> ReadyRule:
    """The rule with all it names. Raises :class:`NoSuchPlace` for the first name that is not there."""
    source = find_place(rule.on or rule.after or "", form.key, forms)
    if rule.due is not None and rule.due not in forms:
        raise NoSuchPlace(rule.due)
    done, done_form, done_day = _what_ends(form, rule, source, forms)
    last_form = done_form or source.form
    places: dict[str, DayPlace | None] = dict.fromkeys(("until", "typed", "how_often"))
    if rule.until:
        places["until"] = find_place(rule.until, form.key, forms)
    for option in ("typed", "how_often"):
        if name := getattr(rule, option):
            places[option] = _on_either(name, last_form, source, forms)
    length_link, length = _length_places(rule, source, forms)
    needs = _needs(rule, source, (done, *places.values(), length_link, length), forms)
    if done_form:
        asked = rule.done_when.names if rule.done_when else ()
        needs.setdefault((done_form, ""), set()).update((done_day, *asked))
    _require_all(needs, forms)
    partner = place_at_start(rule.partner, source, forms)
    return ReadyRule(
        form.key,
        rule,
        source,
        places["until"],
        done,
        done_form,
        done_day,
        places["typed"],
        places["how_often"],
        length,
        length_link,
        {name: dated.name for name, _ in needs if (dated := dating_question(forms[name])) is not None},
        frozenset(_clearances(rule, source, needs, forms)),
        {key: frozenset(names) for key, names in needs.items()},
        forms[source.form].belongs_to is not None or source.form == CASE_FORM,
        not source.table and _is_link(place_at_start(rule.responsible, source, forms), forms),
        partner,
        _is_link(partner, forms),
        _about_places(rule, source, forms),
    )


def place_at_start(name: str | None, source: DayPlace, forms: Mapping[str, Form]) -> DayPlace | None:
    """Where this stands in the row, or else on the sheet, that a rule is counted from."""
    places = [DayPlace(source.form, name, table) for table in (source.table, "")] if name else []
    return next((place for place in places if question_at(place, forms) is not None), None)


def _about_places(rule: DeadlineRule, source: DayPlace, forms: Mapping[str, Form]) -> tuple[DayPlace, ...]:
    """Where it stands what is due is about: no day depends on it. Raises :class:`NoSuchPlace`."""
    found = []
    for name in rule.about:
        place = place_at_start(name, source, forms)
        if place is None:
            raise NoSuchPlace(source.form, name, source.table)
        found.append(place)
    return tuple(found)


def _is_link(place: DayPlace | None, forms: Mapping[str, Form]) -> bool:
    question = question_at(place, forms) if place is not None else None
    return question is not None and question.link_target() is not None


def _what_ends(
    form: Form, rule: DeadlineRule, source: DayPlace, forms: Mapping[str, Form]
) -> tuple[DayPlace | None, str, str]:
    """A date on the sheet itself; or the form whose sheets end it, and the question that says of which day they are.

    A form whose sheets are of no day ends nothing.
    """
    if rule.done is not None and rule.done not in forms:
        done = find_place(rule.done, form.key, forms)
        if (done.form, done.table) == (source.form, source.table):
            return done, "", ""
        return None, done.form, done.question
    ending = rule.done or rule.due or ""
    if not ending:
        return None, "", ""
    dated = dating_question(forms[ending])
    if dated is None:
        raise NoSuchPlace(ending)
    return None, ending, dated.name


def _on_either(name: str, last_form: str, source: DayPlace, forms: Mapping[str, Form]) -> DayPlace:
    """The question on the last sheet of what is due, else on the sheet or row it is counted from."""
    on_last = DayPlace(last_form, name)
    found = on_last if question_at(on_last, forms) is not None else place_at_start(name, source, forms)
    if found is None:
        raise NoSuchPlace(last_form, name)
    return found


def _length_places(
    rule: DeadlineRule, source: DayPlace, forms: Mapping[str, Form]
) -> tuple[DayPlace | None, DayPlace | None]:
    """The link, if there is one, and the number; neither behind what is no link. Raises :class:`NoSuchPlace`."""
    if rule.within_by is None:
        return None, None
    first, _, linked = rule.within_by.partition(".")
    place = place_at_start(first, source, forms)
    if place is None:
        raise NoSuchPlace(source.form, first, source.table)
    if not linked:
        return None, place
    question = question_at(place, forms)
    target = question.link_target() if question is not None else None
    if target is None or target == USER_LINK:
        return None, None
    if target not in forms:
        raise NoSuchPlace(target)
    return place, _place(target, "", linked, forms)


def _needs(
    rule: DeadlineRule, source: DayPlace, places: Iterable[DayPlace | None], forms: Mapping[str, Form]
) -> dict[tuple[str, str], set[str]]:
    """Everything that is read for the rule, by form and table."""
    needs: dict[tuple[str, str], set[str]] = {(source.form, ""): set()}
    for place in (source, *places):
        if place is not None:
            needs.setdefault((place.form, ""), set())
            needs.setdefault((place.form, place.table), set()).add(place.question)
    for name in _names_on_source(rule):
        found = place_at_start(name, source, forms)
        if found is not None:
            needs[found.form, found.table].add(name)
        elif name != rule.responsible:  # a role
            raise NoSuchPlace(source.form, name, source.table)
    if rule.when_case:
        needs.setdefault((CASE_FORM, ""), set()).update(rule.when_case.names)
    return needs


def _require_all(needs: Mapping[tuple[str, str], set[str]], forms: Mapping[str, Form]) -> None:
    """Add the days of the sheets, and see that everything is there."""
    for (form, table), names in needs.items():
        if not table and (dated := dating_question(forms[form])) is not None:
            names.add(dated.name)
        for name in sorted(names):
            if question_at(DayPlace(form, name, table), forms) is None:
                raise NoSuchPlace(form, name, table)


def _names_on_source(rule: DeadlineRule) -> Iterator[str]:
    for expression in (rule.when, rule.done_if):
        yield from sorted(expression.names) if expression else ()
    yield from (name for name in (rule.responsible, rule.partner, rule.time, rule.ends, rule.place) if name)


def _clearances(
    rule: DeadlineRule, source: DayPlace, needs: Mapping[tuple[str, str], set[str]], forms: Mapping[str, Form]
) -> Iterator[Any]:
    """Who promised it, and where it takes place, is read with the sheet: the day alone tells neither."""
    told_elsewhere = {rule.partner, rule.place}
    for (form, table), names in needs.items():
        if table:
            yield from forms[form].questions[table].clearances
        for name in names if form != source.form else names - told_elsewhere:
            question = question_at(DayPlace(form, name, table), forms)
            yield from question.clearances if question is not None else ()
