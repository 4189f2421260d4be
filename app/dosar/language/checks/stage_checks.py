"""Checks of ``stages.yaml`` and ``profile.yaml`` against the forms beside them."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from dosar.language.answers.day_bound import DAY_BOUND_MESSAGE, day_bound_questions
from dosar.language.checks.rules.type_inference import condition_findings
from dosar.language.choices import Choice, ChoiceList
from dosar.language.form import CASE_FORM, Form
from dosar.language.load.definition import PROFILE, STAGES, with_choices
from dosar.language.load.finding import FilePlace, Finding, finding, suggest_word
from dosar.language.load.folder import FolderReading
from dosar.language.load.yaml_reader import Source
from dosar.language.organisation.stages import Budget, MonthlyPackages, Profile, RisksSource, Stages
from dosar.language.question import Question
from dosar.language.text.message import msgid
from dosar.language.wanted_answers import NamedQuestion

NO_LINK = msgid('"%(name)s" does not point to "%(form)s"; take a question with "type: link" and "to: %(form)s".')
TWICE = msgid('"%(name)s" stands here twice; keep one.')


def stage_findings(reading: FolderReading) -> Iterator[Finding]:
    """What is wrong with the page of a case: forms and questions it names that are not there, or do not fit."""
    stages, source = reading.parts.get(STAGES), reading.sources.get(STAGES)
    if not isinstance(stages, Stages) or source is None:
        return
    forms = forms_with_choices(reading)
    for named in stages.named():
        yield from _check_reference(named, source.place(named.path), forms, reading.names("form"))
    for named, text, values in unfit_questions(stages, forms):
        yield finding(source.place(named.path), "F046", text, **values)
    yield from _check_twice(stages, source)
    for position, stage in enumerate(stages.stages):
        yield from _check_stage_choice(stages, stage.stage, source.place(("stages", position, "stage")), forms)
    yield from _check_payers(stages.budget, source, forms)
    yield from _check_open_risks(stages.risks, source, forms)
    yield from _check_kinds(stages.monthly, source, forms)


def forms_with_choices(reading: FolderReading) -> dict[str, Form]:
    """The forms of the folder by their keys, each with its shared choices in hand."""
    lists: dict[str, Sequence[Choice]] = defaultdict(list)
    lists.update({made.list: made.choices for made in reading.of(ChoiceList).values()})
    return {made.key: with_choices(made, lists) for made in reading.of(Form).values()}


def unfit_questions(stages: Stages, forms: Mapping[str, Form]) -> Iterator[tuple[NamedQuestion, str, dict[str, str]]]:
    """The questions that are there and cannot be what the file takes them for, each with what is to be said."""
    payers = _payers_form(stages.budget, forms)
    for named in stages.named():
        question = _question_named(named, forms)
        if question is None or named.wanted is None:
            continue
        wanted_target = named.points_to or (payers if named.path[-1] == "payer" else "")
        if not named.wanted.fits(question):
            yield named, named.wanted.message, {"name": named.question}
        elif wanted_target and question.link_target() != wanted_target:
            yield named, NO_LINK, {"name": named.question, "form": wanted_target}


def _question_named(named: NamedQuestion, forms: Mapping[str, Form]) -> Question | None:
    form = forms.get(named.form)
    return (_questions_at(form, named.table) or {}).get(named.question) if form else None


def _payers_form(budget: Budget | None, forms: Mapping[str, Form]) -> str:
    """The form whose records pay, by the budget; what others pay is set against it."""
    form = forms.get(budget.form) if budget else None
    rows = form.questions.get(budget.rows) if form and budget else None
    payer = rows.column(budget.payer) if rows and budget else None
    return (payer.link_target() or "") if payer else ""


def _check_reference(
    named: NamedQuestion, place: FilePlace, forms: Mapping[str, Form], every: set[str]
) -> Iterator[Finding]:
    if named.form not in every:
        yield finding(
            place, "F019", 'no form is named "%(name)s"%(hint)s', name=named.form, hint=suggest_word(named.form, every)
        )
    form = forms.get(named.form)
    if form is None:
        return
    if named.of_case and not form.belongs_to and not (named.form == CASE_FORM and named.question):
        text = msgid('The form "%(name)s" belongs to no case; take one with "belongs_to: case".')
        yield finding(place, "F046", text, name=named.form)
    known = _questions_at(form, named.table)
    if named.question and known is not None and named.question not in known:
        yield finding(
            place,
            "F045",
            'no question of "%(form)s" is named "%(name)s"%(hint)s',
            form=named.form,
            name=named.question,
            hint=suggest_word(named.question, known),
        )
    if not named.table and named.question in day_bound_questions(form):  # pages are made of answers as they were kept
        yield finding(place, "F029", DAY_BOUND_MESSAGE, name=named.question)


def _check_twice(stages: Stages, source: Source) -> Iterator[Finding]:
    """What is named twice in one list."""
    names = [stage.stage for stage in stages.stages]
    for position in _repeated(names):
        place = source.place(("stages", position, "stage"))
        yield finding(place, "F046", 'The stage "%(name)s" stands here twice; keep one.', name=names[position])
    listed = [named for named in stages.named() if isinstance(named.path[-1], int)]
    for position in _repeated([(named.path[:-1], named.form, named.question) for named in listed]):
        named = listed[position]
        yield finding(source.place(named.path), "F046", TWICE, name=named.question or named.form)
    for position in _repeated(stages.monthly.kinds if stages.monthly else ()):
        place = source.place(("monthly", "kinds", position))
        yield finding(place, "F046", TWICE, name=stages.monthly.kinds[position] if stages.monthly else "")


def _repeated(things: Sequence[object]) -> Iterator[int]:
    """Where something stands that stood there before."""
    return (position for position, thing in enumerate(things) if thing in things[:position])


def _check_open_risks(risks: RisksSource | None, source: Source, forms: Mapping[str, Form]) -> Iterator[Finding]:
    """A rule that can never say which risks are open."""
    if risks and risks.open and risks.form in forms:
        columns = _questions_at(forms[risks.form], risks.rows) or {}
        yield from condition_findings(source.place(("risks", "open")), risks.open, columns)


def _check_kinds(months: MonthlyPackages | None, source: Source, forms: Mapping[str, Form]) -> Iterator[Finding]:
    """A kind of package that nobody can write down."""
    asked = [(months.ledger, months.kind), (months.period, months.due)] if months else []
    questions = [forms[form].questions.get(name) for form, name in asked if name and form in forms]
    for position, kind in enumerate(months.kinds if months else ()):
        for question in questions:
            yield from _check_offered(kind, question, source.place(("monthly", "kinds", position)))


def _questions_at(form: Form, table: str) -> Mapping[str, Question] | None:
    """The questions a name may be one of: the form's, or the columns of its table; ``None`` without such a table."""
    if not table:
        return form.questions
    rows = form.questions.get(table)
    return {column.name: column for column in rows.columns_asked()} if rows and rows.columns_asked() else None


def _check_stage_choice(stages: Stages, key: str, place: FilePlace, forms: Mapping[str, Form]) -> Iterator[Finding]:
    """A stage that workers cannot write down, because the question does not offer it."""
    told_by = stages.told_by
    question = forms[told_by.form].questions.get(told_by.stage) if told_by and told_by.form in forms else None
    yield from _check_offered(key, question, place)


def _check_payers(budget: Budget | None, source: Source, forms: Mapping[str, Form]) -> Iterator[Finding]:
    """A column of a budget that no payer can be written down for."""
    shares = budget.shares if budget and budget.form in forms else None
    if budget is None or shares is None:
        return
    question = (_questions_at(forms[budget.form], shares.parties) or {}).get(shares.column)
    for position, name in enumerate(shares.columns):
        yield from _check_offered(name, question, source.place(("budget", "shares", "columns", position)))


def _check_offered(key: str, question: Question | None, place: FilePlace) -> Iterator[Finding]:
    codes = [choice.code for choice in question.options()] if question else []
    if codes and key not in codes:
        yield finding(
            place,
            "F045",
            '"%(name)s" is none of the choices of "%(question)s"%(hint)s',
            name=key,
            question=question.name if question else "",
            hint=suggest_word(key, codes),
        )


def profile_findings(reading: FolderReading) -> Iterator[Finding]:
    """Forms picked that are not there, and the case file left out."""
    profile, source = reading.parts.get(PROFILE), reading.sources.get(PROFILE)
    if not isinstance(profile, Profile) or source is None:
        return
    every = reading.names("form")
    for position, name in enumerate(profile.forms):
        if name not in every:
            yield finding(
                source.place(("forms", position)),
                "F019",
                'no form is named "%(name)s"%(hint)s',
                name=name,
                hint=suggest_word(name, every),
            )
    if CASE_FORM in every and CASE_FORM not in profile.forms:
        text = msgid('Every sheet stands in a case file; add "%(name)s" to the forms picked.')
        yield finding(source.place(("forms",)), "F046", text, name=CASE_FORM)
