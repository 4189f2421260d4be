"""Everything two worlds may differ in: hidden answers, rows, sheets, cases, what was put away, what is half typed."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, time, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from dosar.fields.money import Money
from dosar.language.form import CASE_FORM, USER_LINK, Form
from dosar.language.question import Answers, Question
from dosar.records.actor import Actor
from dosar.records.sheets.deletion import delete_sheet
from dosar.records.sheets.save import correct_sheet, enter_sheet
from dosar.records.sheets.stored_answers import answers_of
from dosar.records.teams import join_team
from dosar.records.unsaved.drafts import DraftPlace, keep_draft
from tests.attack.answers import Diligent, options_of
from tests.attack.organisation import COLLEAGUE, STRANGER, Planted, every_link
from tests.attack.policy import ANYBODY, NEWCOMER, OWNER, RESTRICTED_PLACES
from tests.attack.worlds import Secret

FIRST_WORDS, SECOND_WORDS = "Arboreanu", "Zambilovici de la Poartă"
"""What text answers say in the two readings: unlike in length and in the order of the alphabet."""
HIDDEN_WORDS = (FIRST_WORDS, SECOND_WORDS, "Arborianu", "Zambilovic", "0727123456", "0727999888")
"""What is searched for: the words of both readings, some mistyped."""


def readings(planted: Planted, question: Question) -> tuple[Any, Any]:
    """Two answers to the question, as unlike as can be; both the same where there is no second."""
    target = question.link_target()
    if target is not None:
        linked = [dict(every_link(planted, place)).get(target) for place in ("own", "team")]
        return (planted.users[OWNER], planted.users[COLLEAGUE]) if target == USER_LINK else (linked[0], linked[1])
    if question.columns_asked():
        row = {column.name: readings(planted, column)[0] for column in question.columns_asked()}
        return [{"id": None, **row}], [{"id": None, **row} for _ in range(3)]
    if question.type in UNLIKE:
        return UNLIKE[question.type](question, planted.today)
    options = options_of(question, planted.today)
    return (options[0], options[-1]) if options else (None, None)


def _numbers(question: Any, _: date) -> tuple[Any, Any]:
    low, high = question.min or 0, question.max
    kind = Decimal if question.type == "decimal" else int
    return kind(low), kind(high if high is not None else low + 70_000)


UNLIKE: dict[str, Callable[[Any, date], tuple[Any, Any]]] = {
    "text": lambda *_: (FIRST_WORDS, SECOND_WORDS),
    "paragraph": lambda *_: (FIRST_WORDS, f"{SECOND_WORDS}\n{SECOND_WORDS}"),
    "code": lambda *_: ("D-2001-0001", "D-2020-0777"),
    "integer": _numbers,
    "decimal": _numbers,
    "date": lambda _, today: (today - timedelta(days=9000), today - timedelta(days=1)),
    "partial_date": lambda _, today: ("1961", str(today - timedelta(days=4000))),
    "time": lambda *_: (time(1, 5), time(23, 55)),
    "phone": lambda *_: ("+40727123456", "+40727999888"),
    "email": lambda *_: ("a@exemplu.ro", "zambila@exemplu.ro"),
    "personal_number": lambda *_: ("1600101123452", "6100101123456"),
    "country": lambda *_: ("RO", "UA"),
    "county": lambda *_: ("RO-AB", "RO-VN"),
    "money": lambda question, _: (
        Money(Decimal(1), question.currencies[0]),
        Money(Decimal(98_765), question.currencies[-1]),
    ),
    "file": lambda *_: (None, None),
    "image": lambda *_: (None, None),
}
"""Kind of question → two unlike answers, where the usual ones are none."""


class Secrets:
    """The secrets of an organisation."""

    def __init__(self, planted: Planted) -> None:
        self.planted, self.policy = planted, planted.policy
        self.everybody = (*self.policy.roles, NEWCOMER, ANYBODY)
        self.revealed = frozenset(_told_on_purpose(planted))
        """(form, question) of the answers of which a form tells something, and says why (``reveals``)."""
        self.advisers = frozenset(name for name, role in self.policy.roles.items() if role.get("advises"))
        requests = planted.repository.definition.stages.requests
        self.told_to_advisers = frozenset({requests.form} if requests else ())
        """The form of which advisers read every open request, by the number of its case."""

    # --- answers ------------------------------------------------------------------------------------

    def answers(self, role: str) -> list[Secret]:
        """All answers hidden from the role at once: given otherwise, and not given at all."""
        hidden = frozenset((form, path) for form in self.planted.forms for path in self.policy.hidden(role, form))
        hidden -= self.revealed
        only = frozenset({role})
        if not hidden:
            return []
        not_given = partial(_answered, varied=hidden, otherwise=_unanswered, before=_otherwise)
        return [
            Secret("all hidden answers", only, partial(_answered, varied=hidden)),
            Secret("all hidden answers, or none", only, not_given),
            Secret("what stood in hidden answers before", only, partial(_corrected_since, varied=hidden)),
        ]

    def each_answer(self) -> Iterator[Secret]:
        """Every sensitive answer by itself."""
        for (form, path), asked in self.policy.asked.items():
            ignorant = {role for role in self.policy.roles if not asked.needs <= self.policy.clearances(role)}
            if ignorant and (form, path) not in self.revealed:
                happen = partial(_answered, varied=frozenset({(form, path)}))
                yield Secret(f"{form}.{path}", frozenset(ignorant), happen, frozenset({form}))

    def strangers_answers(self) -> Iterator[Secret]:
        """Everything in the records of a case out of reach."""
        yield from self._for_advisers(
            "what stands in a stranger's case", self._shut_out("foreign"), _strangers_answered
        )

    def restricted_answers(self) -> Iterator[Secret]:
        """Everything in the records of cases that are closed, or in which the consent was withdrawn."""
        for state in sorted({place.partition("_")[2] for place in RESTRICTED_PLACES}):
            places = tuple(place for place in RESTRICTED_PLACES if place.endswith(state))
            blind = frozenset.intersection(*(self._shut_out(place) for place in places))
            happen = partial(_restricted_answered, places=places)
            yield from self._for_advisers(f"what stands in {state} cases", blind, happen)

    def _for_advisers(
        self, says: str, blind: frozenset[str], happen: Callable[..., None], counted: bool = False
    ) -> Iterator[Secret]:
        """The secret, and the same without the requests that advisers may know of."""
        yield Secret(says, blind - self.advisers, happen, counted=counted)
        if blind & self.advisers:
            others = partial(happen, but=self.told_to_advisers)
            yield Secret(f"{says}, but for requests", blind & self.advisers, others, counted=counted)

    # --- records ------------------------------------------------------------------------------------

    def records(self) -> Iterator[Secret]:
        """Records that are there or not."""
        forms = self.planted.forms
        yield from self._for_advisers("a stranger's case", self._shut_out("foreign"), _case_opened, counted=True)
        yield Secret("who works on a stranger's case", self._shut_out("foreign"), _strangers_joined)
        for key, form in forms.items():
            ignorant = {role for role in self.policy.roles if "see" not in self.policy.actions(role, key)}
            blind = frozenset(role for role in ignorant if not self._points_to(role, key))
            blind -= self.advisers if key in self.told_to_advisers else frozenset()
            yield Secret(f"one more sheet {key}", blind, partial(_filed, form=form), counted=True)
            if form.private_to:
                others = frozenset(role for role in self.everybody if role != STRANGER)
                yield Secret(f"one more private {key}", others, partial(_filed_privately, form=form), counted=True)
            if not form.append_only:
                cannot = frozenset(role for role in self.everybody if "delete" not in self.policy.actions(role, key))
                yield Secret(f"what stands in a deleted {key}", cannot, partial(_put_away, form=form))

    def unsaved(self) -> Iterator[Secret]:
        """What a colleague has half typed."""
        others = frozenset(role for role in self.everybody if role != OWNER)
        yield Secret("a colleague's draft", others, _half_typed)

    def _shut_out(self, place: str) -> frozenset[str]:
        return frozenset(role for role in self.everybody if not self.policy.reaches_case(role, place))

    def _points_to(self, role: str, form: str) -> bool:
        """Whether the role may choose records of the form by their titles."""
        return "choose" in self.policy.actions(role, form)

    def every(self) -> Iterable[Secret]:
        """All secrets that are asked about on every page."""
        for role in self.policy.roles:
            yield from self.answers(role)
        yield from self.strangers_answers()
        yield from self.restricted_answers()
        yield from self.records()
        yield from self.unsaved()


Paths = frozenset[tuple[str, str]]


def _told_on_purpose(planted: Planted) -> Iterator[tuple[str, str]]:
    for key, form in planted.forms.items():
        for question in form.questions.values():
            if question.reveals is not None:
                for rule in question.expressions().values():
                    for name in rule.names:
                        yield key, name
                        yield key, name.partition(".")[0]


def _unanswered(planted: Planted, question: Question) -> Any:
    return None


def _otherwise(planted: Planted, question: Question) -> Any:
    return readings(planted, question)[1]


def _first(planted: Planted, question: Question) -> Any:
    return readings(planted, question)[0]


Reading = Callable[[Planted, Question], Any]


def _answered(
    planted: Planted, second: bool, varied: Paths, otherwise: Reading = _otherwise, before: Reading = _unanswered
) -> None:
    """Every record of the forms is corrected twice; the varied answers end in one reading or the other."""
    _correct(planted, varied, before)
    _correct(planted, varied, otherwise if second else _first)


def _corrected_since(planted: Planted, second: bool, varied: Paths) -> None:
    """Given in one reading or the other, and taken back."""
    _answered(planted, second, varied)
    _correct(planted, varied, _unanswered)


def _correct(planted: Planted, varied: Paths, read: Reading, places: Iterable[str] = ()) -> None:
    for (key, place), record_id in planted.records.items():
        paths = {path for form, path in varied if form == key}
        form = planted.forms[key]
        is_meant = place in places if places else place not in ("deleted", "shared_deleted")
        if paths and is_meant and not form.append_only:
            _correct_one(planted, form, record_id, paths, read)


def _correct_one(planted: Planted, form: Form, record_id: int, paths: set[str], read: Reading) -> None:
    record = planted.repository.find(form.key, record_id)
    kept, changed = answers_of(planted.repository, record), {path.partition(".")[0] for path in paths}
    answers = {
        question.name: _answer(planted, question, kept.get(question.name), paths, read)
        for question in form.questions.values()
        if question.name in changed
    }
    correct_sheet(planted.repository, form, record_id, record.version, answers, _actor(planted, OWNER))


def _answer(planted: Planted, question: Question, kept: Any, paths: set[str], read: Reading) -> Any:
    if question.name in paths and question.type not in ("file", "image"):
        return read(planted, question)
    if not question.columns_asked():
        return kept
    columns = {c.name: read(planted, c) for c in question.columns_asked() if f"{question.name}.{c.name}" in paths}
    return [{**row, **columns} for row in kept or ()]


def _actor(planted: Planted, user: str) -> Actor:
    return Actor(planted.users[user], "case_manager", planted.today)


def _strangers_answered(planted: Planted, second: bool, but: frozenset[str] = frozenset()) -> None:
    every = frozenset(
        (key, question.name)
        for key, form in planted.forms.items()
        for question in form.questions.values()
        if key not in but and question.link_target() is None and not question.columns_asked()
    )
    _correct(planted, every, _otherwise if second else _first, ("foreign",))


def _restricted_answered(
    planted: Planted, second: bool, places: Sequence[str], but: frozenset[str] = frozenset()
) -> None:
    """All but what restricts the cases: they go on being restricted in both worlds."""
    lifting = {said.get("lifted_by") for form in planted.policy.forms.values() for said in form.get("restricts", ())}
    every = frozenset(
        (key, question.name)
        for key, form in planted.forms.items()
        for question in form.questions.values()
        if question.link_target() is None and not question.columns_asked()
        if key not in but and not planted.policy.restricts(key, question.name) and question.name not in lifting
    )
    _correct(planted, every, _otherwise if second else _first, places)


def _case_opened(planted: Planted, second: bool, but: frozenset[str] = frozenset()) -> None:
    """A stranger opens a case, with a sheet of every form in it."""
    if not second:
        return
    case = _file(planted, planted.forms[CASE_FORM], STRANGER, None)
    for form in planted.forms.values():
        if form.belongs_to and form.key not in but:
            _file(planted, form, STRANGER, case)


def _strangers_joined(planted: Planted, second: bool) -> None:
    if second:
        case = planted.repository.case(planted.cases["foreign"])
        join_team(planted.repository, case, planted.users[COLLEAGUE], "social_worker", _actor(planted, STRANGER))


def _filed(planted: Planted, second: bool, form: Form) -> None:
    if second and form.key != CASE_FORM and not form.one_per_case:
        _file(planted, form, OWNER, planted.cases["own"] if form.belongs_to else None)


def _filed_privately(planted: Planted, second: bool, form: Form) -> None:
    if second:
        _file(planted, form, STRANGER, None)


def _put_away(planted: Planted, second: bool, form: Form) -> None:
    if not form.one_per_case:
        case, words = planted.cases["own"] if form.belongs_to else None, SECOND_WORDS if second else FIRST_WORDS
        delete_sheet(planted.repository, form, _file(planted, form, STRANGER, case, words), _actor(planted, STRANGER))


def _file(planted: Planted, form: Form, user: str, case: int | None, words: str = SECOND_WORDS) -> int:
    stays_within = case in (None, planted.cases["own"])
    links = {
        target: record
        for target, record in every_link(planted, "own")
        if stays_within or target == USER_LINK or not planted.policy.in_case(target)
    }
    links[USER_LINK] = planted.users[user]
    answers, _ = Diligent(form, links, planted.today).try_to_fill()
    named: Answers = {
        question.name: words for question in form.questions.values() if question.type in ("text", "paragraph")
    }
    return enter_sheet(planted.repository, form, {**answers, **named}, _actor(planted, user), case)


def _half_typed(planted: Planted, second: bool) -> None:
    record = planted.records["visit_report", "own"]
    typed = [("visit_purpose", SECOND_WORDS if second else FIRST_WORDS)]
    keep_draft(planted.repository, planted.users[OWNER], DraftPlace("visit_report", record_id=record), typed)
