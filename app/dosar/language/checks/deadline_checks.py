"""Checks of the time rules in form files: each must be able to start, to end, and to name only what is there."""

from collections.abc import Iterator, Mapping

from dosar.language.checks.checked_forms import checked_forms
from dosar.language.checks.rules.constant_rules import constant_truth
from dosar.language.checks.rules.deadline_answers import FITTING
from dosar.language.checks.rules.deadline_lengths import over_at_once, wrong_lengths
from dosar.language.checks.rules.rule_checks import comparison_findings
from dosar.language.checks.rules.type_inference import condition_findings
from dosar.language.checks.stage_checks import forms_with_choices
from dosar.language.deadline_rule import LEADER, DeadlineRule
from dosar.language.deadlines.ready_rules import (
    DayPlace,
    NoSuchPlace,
    ReadyRule,
    make_ready,
    place_at_start,
    question_at,
)
from dosar.language.form import CASE_FORM, USER_LINK, Form
from dosar.language.load.definition import ROLES
from dosar.language.load.finding import FilePlace, Finding, finding, suggest_or_list, suggest_word
from dosar.language.load.folder import FolderReading
from dosar.language.load.source_lines import CheckedForm
from dosar.language.organisation.roles import Roles
from dosar.language.question import Question
from dosar.language.text.message import msgid

CODE, RESTS = "F080", "F081"
TWICE = msgid('"%(name)s" stands here twice; keep one.')
NO_START = msgid('This can never start: say "after" and the date it is counted from, or "on" and the date itself.')
TWO_STARTS = msgid('Say either "after" or "on": counted from a date, or the date itself.')
NO_TIME = msgid('Say how long after that date: "within: 20 days", "within_by", "every: 3 months" or "how_often".')
NO_LINK = msgid('"%(name)s" is no link to a record; take a question with "type: link", or one number of this sheet.')
NO_LENGTH = msgid('"%(name)s" is no number; take a question with "type: integer" or "type: decimal".')
UNIT_OF_NOTHING = msgid('Say where the number stands that counts these: add "within_by", or take "unit" out.')
NO_END = msgid(
    'This can never end: say "due" and the form to be filed, "done" and the date that ends it, "done_if", or "until".'
)
NO_STEPS = msgid('Say what each code of "%(name)s" means: steps: {weekly: 7 days}.')
NO_SUCH_CODE = msgid('"%(name)s" is no code of that choice%(hint)s')
STEPS_OF_NOTHING = msgid('Say of which choice these are the codes: add "how_often", or take "steps" out.')
PERIODS_OF_NOTHING = msgid('Periods need "every" and the form whose sheets they want: add them, or take "periods" out.')
NO_CLICK = msgid(
    'One click gives a date on the sheet or row itself: say "done" and that date, or take "one_click" out.'
)
OF_NO_DAY = msgid('Sheets of "%(form)s" are of no day, so nobody could tell whether it is done. Name a date: "done".')
NOBODY = msgid('no role, and no question that links to who signs in, is named "%(name)s"%(hint)s')
SEES_NO_CASE = msgid(
    'The role "%(name)s" sees no case, so nobody would be told. Take one that does: %(words)s; or a question that '
    "links to who signs in."
)
ENDS_ALONE = msgid('Say when it begins, too: add "time", or take "ends" out.')
PRIVATE = msgid(
    'Sheets of "%(form)s" are known only to those they name, so nobody else may be told what is due on them.'
)
OTHER_CASE = msgid('"%(form)s" belongs to a case and the date it is counted from does not: nobody could tell to which.')
ONE_CASE_FILE = msgid(
    'A case has one file, which is there already, so nobody could file what is due. Say "done" and the date on it that '
    "ends this, such as done: %(form)s.date."
)
OF_NO_CASE = msgid(
    'Sheets of "%(form)s" belong to no case, so none could end what is due in one. Take a form with "belongs_to: case".'
)
NEVER_DUE = msgid("This says the same of every sheet, so nothing is ever due. Ask about an answer, or take it out.")
ENDS_NOTHING = msgid("This says the same of every sheet, so it ends nothing. Ask about an answer, or take it out.")
CONSTANT_RULES: Mapping[tuple[str, bool | None], str] = {
    ("when", False): NEVER_DUE,
    ("when_case", False): NEVER_DUE,
    ("done_if", True): NEVER_DUE,
    ("done_if", False): ENDS_NOTHING,
    ("done_when", False): ENDS_NOTHING,
}
"""What is said of a rule that is always true, or never."""
STARTED: Mapping[str, str] = {
    NEVER_DUE: msgid(
        'It is counted from "%(name)s", which is always answered where it counts, so nothing is ever due. Ask about '
        "another answer, or take this out."
    ),
    ENDS_NOTHING: msgid(
        '"%(name)s" is always answered where this is asked, so this ends nothing. Ask about another answer, or take it '
        "out."
    ),
}
"""The same of a rule that asks whether that is answered which always is."""


def deadline_findings(reading: FolderReading) -> Iterator[Finding]:
    """What is wrong with the time rules of each form."""
    forms, every = forms_with_choices(reading), reading.names("form")
    roles = reading.parts.get(ROLES)
    known_roles = {each.role: each in roles.on_cases for each in roles.roles} if isinstance(roles, Roles) else {}
    for draft in checked_forms(reading, reading.of(Form)):
        names = [rule.deadline for rule in draft.form.deadlines]
        for number, rule in enumerate(draft.form.deadlines):
            if rule.deadline in names[:number]:
                yield finding(draft.place("deadlines", number, "deadline"), CODE, TWICE, name=rule.deadline)
            yield from _findings_of_rule(_CheckedRule(draft, rule, number), forms, every, known_roles)


class _CheckedRule:
    """A rule, and where its keys stand."""

    def __init__(self, draft: CheckedForm, rule: DeadlineRule, number: int) -> None:
        self.draft, self.rule, self.number = draft, rule, number

    def place(self, *path: str | int) -> FilePlace:
        return self.draft.place("deadlines", self.number, *path)

    def option_with(self, name: str) -> str:
        """The key that names this; the first that does."""
        options = (
            "on",
            "after",
            "due",
            "done",
            "until",
            "typed",
            "how_often",
            "within_by",
            "responsible",
            "partner",
            "time",
            "ends",
            "place",
        )
        said = {option: str(getattr(self.rule, option) or "") for option in options}
        return next((option for option, text in said.items() if name in text.split(".")), self._rule_with(name))

    def _rule_with(self, name: str) -> str:
        if name in self.rule.about:
            return "about"
        rules = ("when", "when_case", "done_if", "done_when")
        return next((each for each in rules if (held := getattr(self.rule, each)) and name in held.names), "deadline")


def _findings_of_rule(
    checked: _CheckedRule, forms: Mapping[str, Form], every: set[str], roles: Mapping[str, bool]
) -> Iterator[Finding]:
    senseless = list(_senseless(checked))
    yield from senseless
    if senseless:
        return
    try:
        ready = make_ready(checked.draft.form, checked.rule, forms)
    except NoSuchPlace as missing:
        yield from _missing(checked, missing, forms, every)
        return
    for wrong in over_at_once(ready):
        yield finding(checked.place(*wrong.path), CODE, wrong.text, **wrong.values)
    yield from _unfit_days(checked, ready, forms)
    yield from _unfit_details(checked, ready, forms)
    yield from _unfit_choice(checked, ready, forms)
    yield from _unfit_length(checked, ready, forms)
    yield from _unfit_people(checked, ready, forms, roles)
    yield from _unfit_forms(checked, ready, forms)
    yield from _unfit_rules(checked, ready, forms)


def _senseless(checked: _CheckedRule) -> Iterator[Finding]:
    """What can never start or end, whatever it names."""
    rule = checked.rule
    if not rule.on and not rule.after:
        yield finding(checked.place("deadline"), CODE, NO_START)
    if rule.on and rule.after:
        yield finding(checked.place("on"), CODE, TWO_STARTS)
    if rule.after and not (rule.within or rule.within_by or rule.every or rule.how_often):
        yield finding(checked.place("after"), CODE, NO_TIME)
    for wrong in wrong_lengths(rule):
        yield finding(checked.place(*wrong.path), CODE, wrong.text, **wrong.values)
    ends = (rule.due, rule.done, rule.done_if, rule.until, rule.lasts, rule.when, rule.when_case)
    if not any(ends):
        yield finding(checked.place("deadline"), CODE, NO_END)
    if rule.how_often and not rule.steps:
        yield finding(checked.place("how_often"), CODE, NO_STEPS, name=rule.how_often)
    if rule.steps and not rule.how_often:
        yield finding(checked.place("steps"), CODE, STEPS_OF_NOTHING)
    if rule.ends and not rule.time:
        yield finding(checked.place("ends"), CODE, ENDS_ALONE)
    if rule.unit and not rule.within_by:
        yield finding(checked.place("unit"), CODE, UNIT_OF_NOTHING)
    if rule.periods and not (rule.every and (rule.due or rule.done)):
        yield finding(checked.place("periods"), CODE, PERIODS_OF_NOTHING)


def _missing(
    checked: _CheckedRule, missing: NoSuchPlace, forms: Mapping[str, Form], every: set[str]
) -> Iterator[Finding]:
    """A form, a question, a role or a column that is not there; of a form that is broken nothing is told."""
    option = checked.option_with(missing.name or missing.form)
    place = checked.place(option)
    if missing.form not in forms:
        if missing.form not in every:
            hint = suggest_word(missing.form, every)
            yield finding(place, RESTS, 'no form is named "%(name)s"%(hint)s', name=missing.form, hint=hint)
        return
    if not missing.name:
        yield finding(place, CODE, OF_NO_DAY, form=missing.form)
        return
    form = forms[missing.form]
    table = form.questions.get(missing.table)
    known = {column.name: column for column in table.columns_asked()} if table else form.questions
    wanted = FITTING.get(option)
    fitting = [name for name, question in known.items() if wanted is not None and wanted.fits(question)]
    hint = suggest_or_list(missing.name, fitting) if fitting else suggest_word(missing.name, known)
    text = msgid('no question of "%(form)s" is named "%(name)s"%(hint)s')
    code = "F045" if missing.form == checked.draft.form.key else RESTS
    yield finding(place, code, text, form=missing.form, name=missing.name, hint=hint)


def _unfit_days(checked: _CheckedRule, ready: ReadyRule, forms: Mapping[str, Form]) -> Iterator[Finding]:
    """Dates that are none."""
    start = "on" if checked.rule.on else "after"
    done = ready.done or (DayPlace(ready.done_form, ready.done_day) if ready.done_form else None)
    for option, place in ((start, ready.source), ("until", ready.until), ("typed", ready.typed), ("done", done)):
        question = question_at(place, forms) if place else None
        if question is not None and not FITTING[option].fits(question):
            yield finding(checked.place(option), "F046", FITTING[option].message, name=question.name)
    if checked.rule.one_click and (ready.done is None or ready.is_new_sheet):
        yield finding(checked.place("one_click"), CODE, NO_CLICK)


def _unfit_details(checked: _CheckedRule, ready: ReadyRule, forms: Mapping[str, Form]) -> Iterator[Finding]:
    """Hours, places and promisers that are none."""
    for option in ("time", "ends", "partner", "place"):
        place = place_at_start(getattr(checked.rule, option), ready.source, forms)
        question = question_at(place, forms) if place is not None else None
        if question is not None and not FITTING[option].fits(question):
            yield finding(checked.place(option), CODE, FITTING[option].message, name=question.name)
    for number, place in enumerate(ready.about):
        question = question_at(place, forms)
        table = forms[place.form].questions[place.table] if place.table else None
        if question is not None and not (FITTING["about"].fits(question) and not (table and table.clearances)):
            yield finding(checked.place("about", number), CODE, FITTING["about"].message, name=question.name)


def _unfit_choice(checked: _CheckedRule, ready: ReadyRule, forms: Mapping[str, Form]) -> Iterator[Finding]:
    question = question_at(ready.how_often, forms) if ready.how_often else None
    if question is None:
        return
    codes = {choice.code for choice in question.options()}
    for code in checked.rule.steps:
        if code not in codes:
            hint = suggest_or_list(code, sorted(codes))
            yield finding(checked.place("steps", code), CODE, NO_SUCH_CODE, name=code, hint=hint)


def _unfit_length(checked: _CheckedRule, ready: ReadyRule, forms: Mapping[str, Form]) -> Iterator[Finding]:
    """A length of time that is no number, or stands behind what is no link."""
    said = checked.rule.within_by
    if said is None:
        return
    question = question_at(ready.length, forms) if ready.length else None
    if question is None:
        yield finding(checked.place("within_by"), CODE, NO_LINK, name=said.partition(".")[0])
    elif question.rule_sort != "number":
        yield finding(checked.place("within_by"), CODE, NO_LENGTH, name=question.name)


def _unfit_people(
    checked: _CheckedRule, ready: ReadyRule, forms: Mapping[str, Form], roles: Mapping[str, bool]
) -> Iterator[Finding]:
    """Whose it is: somebody, and somebody who is told. ``roles`` say of each whether it sees cases."""
    name = checked.rule.responsible
    places = (DayPlace(ready.source.form, name, ready.source.table), DayPlace(ready.source.form, name))
    links = [question for place in places if (question := question_at(place, forms)) is not None]
    if name == LEADER or any(question.link_target() == USER_LINK for question in links):
        return
    if name not in roles:
        yield finding(checked.place("responsible"), CODE, NOBODY, name=name, hint=suggest_or_list(name, roles))
    elif ready.of_case and not roles[name]:
        words = ", ".join(role for role, sees in roles.items() if sees) or LEADER
        yield finding(checked.place("responsible"), CODE, SEES_NO_CASE, name=name, words=words)


def _unfit_forms(checked: _CheckedRule, ready: ReadyRule, forms: Mapping[str, Form]) -> Iterator[Finding]:
    ending = ready.done_form
    if checked.rule.due == CASE_FORM and ready.of_case:
        yield finding(checked.place("due"), CODE, ONE_CASE_FILE, form=CASE_FORM)
    elif ready.of_case and ending not in ("", CASE_FORM) and not forms[ending].belongs_to:
        yield finding(checked.place("done" if checked.rule.done else "due"), CODE, OF_NO_CASE, form=ending)
    for form in sorted(ready.forms | {ready.due_form}):
        if forms[form].private_to:
            yield finding(checked.place("deadline"), CODE, PRIVATE, form=form)
        elif forms[form].belongs_to and not ready.of_case:
            yield finding(checked.place("due" if checked.rule.due else "deadline"), CODE, OTHER_CASE, form=form)


def _unfit_rules(checked: _CheckedRule, ready: ReadyRule, forms: Mapping[str, Form]) -> Iterator[Finding]:
    """Rules that have no answer, compare with what nobody can answer, or say the same of every sheet."""
    source = forms[ready.source.form]
    columns = source.questions[ready.source.table].columns_asked() if ready.source.table else ()
    of_start: Mapping[str, Question] = {**source.questions, **{column.name: column for column in columns}}
    of_end = forms[ready.done_form].questions if ready.done_form else {}
    of_case = forms[CASE_FORM].questions if CASE_FORM in forms else {}
    start, of_file = ready.source.question, ready.source.form == CASE_FORM and not ready.source.table
    asked = {
        "when": (of_start, start),
        "done_if": (of_start, start),
        "done_when": (of_end, ready.done_day),
        "when_case": (of_case, start if of_file else ""),
    }
    for option, (questions, answered) in asked.items():
        if (rule := getattr(checked.rule, option)) is not None:
            place = checked.place(option)
            yield from condition_findings(place, rule, questions)
            yield from comparison_findings(place, rule, questions)
            if (said := CONSTANT_RULES.get((option, constant_truth(rule.tree)))) is not None:
                yield finding(place, CODE, said)
            elif (said := CONSTANT_RULES.get((option, constant_truth(rule.tree, {answered})))) is not None:
                yield finding(place, CODE, STARTED[said], name=answered)
