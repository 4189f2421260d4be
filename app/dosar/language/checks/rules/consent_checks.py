"""Checks of what needs a consent: somebody must be able to give it, and the database to compare its days."""

from collections.abc import Iterator, Mapping

from dosar.language.checks.checked_forms import checked_forms
from dosar.language.consent import ConsentRule, NeedingForm, ending_days, is_plain_day
from dosar.language.form import CASE_FORM, Form
from dosar.language.load.finding import FilePlace, Finding, finding, suggest_word
from dosar.language.load.folder import FolderReading
from dosar.language.load.source_lines import CheckedForm
from dosar.language.question import Question
from dosar.language.text.message import msgid

NOT_OF_CASE = msgid('Records of "%(form)s" belong to no case, so no consent stands on them: take it out.')
NO_DAY = msgid('"%(name)s" is no day that the database compares; take a question with "type: date" and no sensitivity.')
NO_REASON = msgid('"%(name)s" keeps no reason; take a question with "type: text" or "type: paragraph", or a choice.')
NEEDS_CASE = msgid('Records of "%(form)s" belong to no case: say which column links to one, case: table.column.')
HAS_CASE = msgid('"%(form)s" belongs to a case by itself; take "case" out.')
NO_CASE_LINK = msgid('"%(name)s" is no column with "type: link" and "to: case"; name one as table.column.')
NEEDS_ITSELF = msgid('On "%(form)s" the consent itself is given or ended: nobody could file it. Take it out.')
TWICE = msgid('"%(name)s" stands here twice; keep one.')
NO_QUESTION = msgid('no question is named "%(name)s"%(hint)s')
NO_QUESTION_THERE = msgid('no question of "%(form)s" is named "%(name)s"%(hint)s')
NO_FORM = msgid('no form is named "%(name)s"%(hint)s')


def consent_findings(reading: FolderReading) -> Iterator[Finding]:
    """What is wrong with the consents of each form."""
    forms = {form.key: form for form in reading.of(Form).values()}
    for draft in checked_forms(reading, reading.of(Form)):
        if draft.form.consents and not draft.form.belongs_to:
            yield finding(draft.place("consents"), "F110", NOT_OF_CASE, form=draft.form.key)
        names = [rule.consent for rule in draft.form.consents]
        for number, rule in enumerate(draft.form.consents):
            if rule.consent in names[:number]:
                yield finding(draft.place("consents", number, "consent"), "F115", TWICE, name=rule.consent)
            yield from _own_day_findings(draft, rule, number)
            yield from _elsewhere_findings(draft, rule, number, forms)
            yield from _needing_findings(draft, rule, number, forms)


def _own_day_findings(draft: CheckedForm, rule: ConsentRule, number: int) -> Iterator[Finding]:
    """The days on the form itself."""
    named = [("given", rule.given), *([("lasts_until", rule.lasts_until)] if rule.lasts_until else [])]
    places = [(draft.place("consents", number, key), name) for key, name in named]
    places += [(draft.place("consents", number, "ended_by", at), name) for at, name in enumerate(rule.ended_by)]
    for place, name in places:
        yield from _day_findings(place, draft.form, name)


def _day_findings(place: FilePlace, form: Form, name: str, elsewhere: bool = False) -> Iterator[Finding]:
    question = form.questions.get(name)
    if question is None or question.retired:
        hint = suggest_word(name, [asked.name for asked in form.asked_questions()])
        if elsewhere:
            yield finding(place, "F045", NO_QUESTION_THERE, form=form.key, name=name, hint=hint)
        else:
            yield finding(place, "F015", NO_QUESTION, name=name, hint=hint)
    elif not is_plain_day(question):
        yield finding(place, "F111", NO_DAY, name=name)


def _elsewhere_findings(
    draft: CheckedForm, rule: ConsentRule, number: int, forms: Mapping[str, Form]
) -> Iterator[Finding]:
    """The days on other forms of the case; a broken file is told of by itself."""
    for position, (key, name) in enumerate([*ending_days(draft.form.key, rule)][len(rule.ended_by) :]):
        place, form = draft.place("consents", number, "ended_in", position), forms.get(key)
        if key not in draft.every_form:
            yield finding(place, "F019", NO_FORM, name=key, hint=suggest_word(key, draft.every_form))
        elif form is not None and not form.belongs_to:
            yield finding(place, "F110", NOT_OF_CASE, form=key)
        elif form is not None:
            yield from _day_findings(place, form, name, elsewhere=True)


def _needing_findings(
    draft: CheckedForm, rule: ConsentRule, number: int, forms: Mapping[str, Form]
) -> Iterator[Finding]:
    giving = {draft.form.key, CASE_FORM, *(form for form, _ in ending_days(draft.form.key, rule))}
    keys = [needing.sheet for needing in rule.needed_by]
    for position, needing in enumerate(rule.needed_by):
        place = draft.place("consents", number, "needed_by", position, "sheet")
        form = forms.get(needing.sheet)
        if needing.sheet not in draft.every_form:
            hint = suggest_word(needing.sheet, draft.every_form)
            yield finding(place, "F019", NO_FORM, name=needing.sheet, hint=hint)
        elif needing.sheet in giving:
            yield finding(place, "F114", NEEDS_ITSELF, form=needing.sheet)
        elif needing.sheet in keys[:position]:
            yield finding(place, "F115", TWICE, name=needing.sheet)
        elif form is not None:
            yield from _needing_form_findings(draft, needing, ("consents", number, "needed_by", position), form)


def _needing_form_findings(
    draft: CheckedForm, needing: NeedingForm, path: tuple[str | int, ...], form: Form
) -> Iterator[Finding]:
    if needing.on is not None:
        question, place = form.questions.get(needing.on), draft.place(*path, "on")
        if question is None or question.retired:
            yield _no_question_there(place, form, needing.on)
        elif not question.whole_day or question.computed:
            yield finding(place, "F111", NO_DAY, name=needing.on)
    if needing.unless is not None:
        question, place = form.questions.get(needing.unless), draft.place(*path, "unless")
        if question is None or question.retired:
            yield _no_question_there(place, form, needing.unless)
        elif not _keeps_reason(question):
            yield finding(place, "F112", NO_REASON, name=needing.unless)
    yield from _case_findings(draft, needing, path, form)


def _no_question_there(place: FilePlace, form: Form, name: str) -> Finding:
    hint = suggest_word(name, [asked.name for asked in form.asked_questions()])
    return finding(place, "F045", NO_QUESTION_THERE, form=form.key, name=name, hint=hint)


def _keeps_reason(question: Question) -> bool:
    """A yes says nothing of why."""
    return question.rule_sort == "text" and not question.computed


def _case_findings(
    draft: CheckedForm, needing: NeedingForm, path: tuple[str | int, ...], form: Form
) -> Iterator[Finding]:
    """How the sheet is known to be of a case."""
    if needing.case is None:
        if not form.belongs_to:
            yield finding(draft.place(*path, "sheet"), "F113", NEEDS_CASE, form=form.key)
        return
    place = draft.place(*path, "case")
    rows, _, name = needing.case.partition(".")
    table = form.questions.get(rows)
    column = table.column(name) if table is not None else None
    if form.belongs_to:
        yield finding(place, "F113", HAS_CASE, form=form.key)
    elif column is None or column.link_target() != CASE_FORM or column.several:
        yield finding(place, "F113", NO_CASE_LINK, name=needing.case)
