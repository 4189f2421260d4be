"""A date that somebody wrote goes before the day that a time rule gives (``typed``). Is it later than the rule allows?

Asked softly, of what is binding and of what is good practice alike: the next visit may have to wait, and then it is as
well to say why. What is asked once is not asked again while the date, and what its limit is counted from, stay.
"""

from collections.abc import Iterator, Sequence

from dosar.fields.formats.days import format_day
from dosar.filing.submission import Submission
from dosar.language.answers.settling import plain_answers
from dosar.language.answers.validation import AnswerPath, ValidationIssue
from dosar.language.deadlines.days import DueDay, days_due
from dosar.language.deadlines.facts import CaseFacts, RowFacts, SheetFacts
from dosar.language.deadlines.ready_rules import DayPlace, ReadyRule, question_at
from dosar.language.form import CASE_FORM
from dosar.language.question import Answers
from dosar.language.text.message import Message, msgid
from dosar.language.text.texts import text_in_language
from dosar.overview.deadlines.known_rules import known_rules
from dosar.overview.deadlines.rule_words import rule_words
from dosar.records.deadlines.reading_facts import needs_of, sheets_beside

NEWEST = 2**31
"""Kept after all others: a sheet that has no number yet."""
AFTER_LIMIT = msgid(
    "“%(question)s”, %(day)s, lies after the limit of the rule: %(limit)s (%(rule)s). Write an earlier day; if it is "
    "right as it stands, save."
)
AFTER_ADVICE = msgid(
    "“%(question)s”, %(day)s, is later than good practice has it: %(limit)s (%(rule)s). Write an earlier day; if it is "
    "right as it stands, save."
)
TOLD = {"binding": AFTER_LIMIT, "advice": AFTER_ADVICE}
"""What is said of a rule of this weight."""


def late_dates(submission: Submission, answers: Answers) -> Iterator[ValidationIssue]:
    """The doubt by each date that overrules a time rule and lies after its limit; of several rules after the earliest.

    Costs nothing where no such date is answered anew; else one statement for each form (and table) that the rule reads.
    """
    rules = [rule for rule in _rules_here(submission) if _is_new(submission, rule, answers)]
    if not rules:
        return
    told: dict[AnswerPath, DueDay] = {}
    for due in days_due(rules, _facts(submission, rules, answers), submission.today):
        where = _where(submission, due, answers)
        if where is None or due.limit is None or due.day <= due.limit:
            continue
        if where not in told or due.limit < (told[where].limit or due.limit):
            told[where] = due
    for where, due in told.items():
        yield ValidationIssue(where, _told(submission, due), soft=True)


def _rules_here(submission: Submission) -> list[ReadyRule]:
    """The rules that a date asked here overrules, and of whose days she may know."""
    form = submission.form.key
    typed = [
        rule
        for rule in submission.repository.definition.deadlines
        if rule.typed is not None and rule.typed.form == form
    ]
    asked = [rule for rule in typed if rule.typed and _asked_name(rule.typed) in submission.asked_questions]
    known = known_rules(submission.repository) if asked else {}
    return [rule for rule in asked if rule.key in known]


def _asked_name(place: DayPlace) -> str:
    return place.table or place.question


def _is_new(submission: Submission, rule: ReadyRule, answers: Answers) -> bool:
    """Whether the date is answered, and something on this sheet that the rule reads has another answer than it had."""
    if rule.typed is None or not answers.get(_asked_name(rule.typed)):
        return False
    read = {table or name for (form, table), names in rule.needs.items() if form == rule.typed.form for name in names}
    questions = [submission.form.questions[name] for name in read]
    return any(
        question.to_json(answers.get(question.name)) != question.to_json(submission.saved.get(question.name))
        for question in questions
    )


def _facts(submission: Submission, rules: Sequence[ReadyRule], answers: Answers) -> CaseFacts:
    """What there is already, and this sheet as it would be kept."""
    repository, form = submission.repository, submission.form
    case_id = submission.record_id if form.key == CASE_FORM else submission.case_id
    with repository.session.no_autoflush:
        sheets = sheets_beside(repository.session, repository.tables, repository.definition, rules, case_id)
    others = [sheet for sheet in sheets.get(form.key, ()) if sheet.id != submission.record_id]
    rows = {
        table: [
            RowFacts(position, plain_answers(form.questions[table].columns_asked(), row))
            for position, row in enumerate(answers.get(table) or (), 1)
        ]
        for of_form, table in needs_of(rules)
        if of_form == form.key and table
    }
    plain = plain_answers([form.questions[name] for name in needs_of(rules)[form.key, ""]], answers)
    own = SheetFacts(submission.record_id or NEWEST, plain, rows=rows)
    return CaseFacts({**sheets, form.key: sorted([*others, own], key=lambda sheet: sheet.id)})


def _where(submission: Submission, due: DueDay, answers: Answers) -> AnswerPath | None:
    """Where the date stands on this sheet; nothing if the day is that of another one."""
    typed = due.rule.typed
    if typed is None or not due.is_typed:
        return None
    own = submission.record_id or NEWEST
    if typed.form == due.rule.source.form and due.record_id != own:
        return None
    if typed.table:
        return typed.table, str(due.row_id - 1), typed.question
    return (typed.question,) if answers.get(typed.question) == due.day else None


def _told(submission: Submission, due: DueDay) -> Message:
    language = submission.language
    question = question_at(due.rule.typed, submission.forms) if due.rule.typed else None
    words = {
        "question": text_in_language(question.label, language) if question is not None else "",
        "day": format_day(due.day, language),
        "limit": format_day(due.limit or due.day, language),
        "rule": rule_words(due.rule, due.since, due.last, submission.forms, language) or "",
    }
    return Message(TOLD[due.rule.rule.weight], words)
