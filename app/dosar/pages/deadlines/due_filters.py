"""The choices that narrow what is due, and how much there is of it, from one tally."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from flask_babel import format_decimal, gettext

from dosar.access.accounts.work_teams import work_team_numbers
from dosar.access.services import access_services
from dosar.language.deadlines.ready_rules import ReadyRule
from dosar.language.form import CASE_FORM, USER_LINK
from dosar.language.text.collation import sort_key
from dosar.language.text.texts import text_in_language
from dosar.overview.deadlines.filters import DeadlineFilter
from dosar.overview.deadlines.known_rules import known_rules, partner_forms
from dosar.overview.deadlines.tallies import DeadlineTally, tally_deadlines
from dosar.pages.context import PageContext
from dosar.pages.deadlines.asked_deadlines import EVERYBODYS, NOBODY, STATES, WEIGHTS, AskedDeadlines, state_spans
from dosar.pages.linked_titles import RecordTitles
from dosar.pages.rendering.question_view import MANY_FILTER_OPTIONS, ListFilter, PageOption


@dataclass(frozen=True)
class StateTab:
    """A state, how much is in it, and where that is shown."""

    label: str
    count: str
    url: str
    current: bool
    is_late: bool


@dataclass(frozen=True)
class DueAtHand:
    """What is asked for, and how much there is of it."""

    asked: AskedDeadlines
    rules: Mapping[str, ReadyRule]
    """Those whose days she may learn."""
    promising: Mapping[str, str]
    """Rule → the form of who promised."""
    teams: Mapping[int, tuple[str, set[int]]]
    """The teams one may ask for."""
    tally: Sequence[DeadlineTally]
    """Of all workers and partners, of the case and the rules asked for."""

    @property
    def filter(self) -> DeadlineFilter:
        """What is read of it, whenever it is due."""
        return self.asked.filter(_asked_rules(self.asked, self.rules), self.members)

    @property
    def members(self) -> set[int] | None:
        """Who is in the team asked for; nobody, where it is none that she may ask for."""
        return None if self.asked.team is None else self.teams.get(self.asked.team, ("", set()))[1]

    def count(self, state: str = "") -> int:
        """How much there is in a state, or in all."""
        span = list(STATES).index(state) if state else None
        return sum(each.count for each in self.tally if span in (None, each.span) and self._asks(each))

    def of(self, worker: int | None) -> "DueAtHand":
        """The same of one worker, or of everybody."""
        everybodys = replace(self.asked, worker=None, whose=EVERYBODYS)
        return replace(self, asked=everybodys if worker is None else self.asked.of(worker))

    def late_by_worker(self) -> dict[int, int]:
        """Worker → how much is overdue of what is asked for, the most first, of those with anything; nobody's too."""
        late, overdue = dict[int, int](), list(STATES).index("overdue")
        for each in self.tally:
            if each.span == overdue and self._asks(each):
                late[each.user_id or NOBODY] = late.get(each.user_id or NOBODY, 0) + each.count
        return dict(sorted(late.items(), key=lambda found: (-found[1], found[0])))

    def workers(self) -> set[int]:
        """Everybody who has something to do, and who is asked for."""
        chosen = {self.asked.worker} if self.asked.worker else set[int]()
        return chosen | {each.user_id for each in self.tally if each.user_id is not None}

    def partners(self) -> dict[str, set[int]]:
        """Form → those who promised something, as far as she may know it, and who is asked for."""
        chosen = {self.asked.partner} if self.asked.partner else set[int]()
        found = {form: set(chosen) for form in self.promising.values()}
        for each in self.tally:
            if each.partner_id is not None:
                found.setdefault(self.promising[each.rule], set()).add(each.partner_id)
        return found

    def _asks(self, each: DeadlineTally) -> bool:
        worker, members = self.asked.worker, self.members
        return (
            (worker is None or (each.user_id or NOBODY) == worker)
            and (members is None or each.user_id in members)
            and (self.asked.partner is None or each.partner_id == self.asked.partner)
        )


def due_at_hand(context: PageContext, asked: AskedDeadlines) -> DueAtHand:
    """Count what is due: two statements, however much it is. The states are told apart in their order.

    Who asked for nothing in particular begins with what is her own, where some is others'; who coordinates, with all.
    """
    rules = known_rules(context.repository)
    cases = None if asked.case is None else {asked.case}
    wanted = DeadlineFilter(cases=cases, rules=_asked_rules(asked, rules))
    spans = state_spans(context.reading.today)
    every = DueAtHand(
        asked,
        rules,
        partner_forms(context.repository),
        _offered_teams(context),
        tally_deadlines(context.repository, wanted, [spans[state] for state in STATES]),
    )
    hers = every.of(context.worker.id)
    begins_with_hers = not (asked.is_narrowed or context.worker.scope.corrects_every_case)
    return hers if begins_with_hers and 0 < hers.count() < every.count() else every


def _asked_rules(asked: AskedDeadlines, rules: Mapping[str, ReadyRule]) -> set[str] | None:
    """The keys of those asked for; nothing for any."""
    if not asked.rule and not asked.weight:
        return None
    alike = _rules_alike(asked, rules)
    return {key for key in alike if not asked.weight or rules[key].rule.weight == asked.weight}


def _rules_alike(asked: AskedDeadlines, rules: Mapping[str, ReadyRule]) -> set[str]:
    """All, or those that people know by the same words as the one asked for: a task with a case and one without."""
    if not asked.rule:
        return set(rules)
    chosen = rules.get(asked.rule)
    return {key for key, rule in rules.items() if chosen is not None and rule.rule.title == chosen.rule.title}


def _rule_options(asked: AskedDeadlines, rules: Mapping[str, ReadyRule], language: str) -> list[tuple[str, str]]:
    """Each kind once, however many rules have its name; the one asked for stands for those named alike."""
    named = {text_in_language(rule.rule.title, language): key for key, rule in rules.items()}
    if asked.rule in rules:
        named[text_in_language(rules[asked.rule].rule.title, language)] = asked.rule
    return [(key, name) for name, key in named.items()]


def _offered_teams(context: PageContext) -> dict[int, tuple[str, set[int]]]:
    """Every team for who reaches every case; else her own."""
    scope = context.worker.scope
    return {
        team: (name, members)
        for team, (name, members) in work_team_numbers(access_services().session).items()
        if scope.cases == "all" or scope.worker_id in members
    }


def state_tabs(due: DueAtHand) -> list[StateTab]:
    """All, and each state, with how much there is; what nothing waits for is not offered."""
    asked = due.asked
    at_first = asked.view == "list" and not asked.day

    def tab(state: str, label: str) -> StateTab:
        count = due.count(state)
        url = asked.address(state=state, view="", day="")
        return StateTab(label, format_decimal(count), url, at_first and asked.state == state, state == "overdue")

    shown = [state for state in STATES if state != "waiting" or due.count(state) or asked.state == state]
    return [tab("", gettext("All")), *(tab(state, str(STATES[state])) for state in shown)]


def whose_tabs(context: PageContext, due: DueAtHand) -> list[StateTab]:
    """What is hers, and what is everybody's, where some of it is others'."""
    hers, every = due.of(context.worker.id), due.of(None)
    if not 0 < hers.count() < every.count() and due.asked.worker != context.worker.id:
        return []
    offered = (
        (gettext("Mine"), hers, due.asked.worker == context.worker.id),
        (gettext("Everybody's"), every, due.asked.worker is None),
    )
    return [
        StateTab(label, format_decimal(each.count()), each.asked.address(), current, False)
        for label, each, current in offered
    ]


def due_filters(context: PageContext, due: DueAtHand, titles: RecordTitles, cases: Iterable[int]) -> list[ListFilter]:
    """What the list is narrowed by; ``cases`` are those that stand on the page. What is chosen is always among them."""
    asked, language = due.asked, context.reading.language
    has_nobodys = asked.worker == NOBODY or any(each.user_id is None for each in due.tally)
    nobodys = [(str(NOBODY), gettext("nobody responsible"))] if has_nobodys else []
    partners = [named for form, numbers in due.partners().items() for named in _named(titles, form, numbers)]
    shown_cases = {*cases, *([asked.case] if asked.case else [])}
    workers = "" if asked.worker is None else str(asked.worker)
    teams = [(str(team), name) for team, (name, _) in due.teams.items()]
    offered = [
        ("worker", gettext("Whose"), [*_named(titles, USER_LINK, due.workers()), *nobodys], workers),
        ("team", gettext("Team"), teams, str(asked.team or "")),
        ("case", gettext("Case"), _named(titles, CASE_FORM, shown_cases), str(asked.case or "")),
        ("rule", gettext("What is due"), _sorted(_rule_options(asked, due.rules, language)), asked.rule),
        ("partner", gettext("Partner"), _sorted(partners), str(asked.partner or "")),
        ("weight", gettext("Weight"), [(key, str(label)) for key, label in WEIGHTS.items()], asked.weight),
    ]
    return [_filter(name, label, options, chosen) for name, label, options, chosen in offered if options or chosen]


def _named(titles: RecordTitles, form: str, numbers: Iterable[int]) -> list[tuple[str, str]]:
    return _sorted((str(number), titles[form, number]) for number in numbers if (form, number) in titles)


def _sorted(options: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    return sorted(options, key=lambda option: (sort_key(option[1]), option[0]))


def _filter(name: str, label: str, options: Collection[tuple[str, str]], chosen: str) -> ListFilter:
    """The choice; what was chosen and has no name for her stands there all the same, by its number."""
    if chosen and chosen not in (code for code, _ in options):
        options = [*options, (chosen, chosen if chosen.isdecimal() else "–")]
    return ListFilter(
        name,
        label,
        [PageOption(code, text, code == chosen) for code, text in options],
        gettext("Everybody") if name == "worker" else gettext("All"),
        len(options) > MANY_FILTER_OPTIONS,
    )
