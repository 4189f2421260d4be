"""Checks of ``stages.yaml`` and ``profile.yaml`` against the forms beside them."""

from collections.abc import Iterator, Mapping

from dosar.language.day_bound import DAY_BOUND_MESSAGE, day_bound_questions
from dosar.language.form import CASE_FORM, Form
from dosar.language.load.definition import PROFILE, STAGES
from dosar.language.load.finding import FilePlace, Finding, finding, suggest_word
from dosar.language.load.folder import FolderReading
from dosar.language.load.yaml_reader import Source
from dosar.language.programme import NamedQuestion
from dosar.language.question import Question
from dosar.language.stages import Budget, Profile, Promise, StageReference, Stages
from dosar.language.text.message import msgid

NO_DAY = msgid('"%(name)s" is no date; take a question with "type: date".')
NO_LINK = msgid('"%(name)s" does not point to "%(form)s"; take a question with "type: link" and "to: %(form)s".')


def stage_findings(reading: FolderReading) -> Iterator[Finding]:
    """What is wrong with the page of a case: forms and questions it names that are not there."""
    stages, source = reading.parts.get(STAGES), reading.sources.get(STAGES)
    if not isinstance(stages, Stages) or source is None:
        return
    forms = {made.key: made for made in reading.of(Form).values()}
    for named in stages.named():
        yield from _check_reference(named, source.place(named.path), forms, reading.names("form"))
        yield from _check_day_bound(named, source.place(named.path), forms.get(named.form))
    for named_question in stages.programme.named() if stages.programme else ():
        yield from _check_reference(
            StageReference(named_question.path, named_question.form, named_question.question),
            source.place(named_question.path),
            forms,
            reading.names("form"),
            of_case=named_question.path[1] == "stays",
        )
        yield from _check_programme_use(named_question, source.place(named_question.path), forms)
    seen: set[str] = set()
    for position, stage in enumerate(stages.stages):
        if stage.stage in seen:
            place = source.place(("stages", position, "stage"))
            yield finding(place, "F046", 'The stage "%(name)s" stands here twice; keep one.', name=stage.stage)
        seen.add(stage.stage)
        yield from _check_stage_choice(stages, stage.stage, source.place(("stages", position, "stage")), forms)
    yield from _check_payers(stages.budget, source, forms)
    for position, promise in enumerate(stages.promises):
        yield from _check_promise(promise, source.place(("promises", position, "date")), forms)


def _check_reference(
    named: StageReference,
    place: FilePlace,
    forms: Mapping[str, Form],
    every: set[str],
    of_case: bool = True,
) -> Iterator[Finding]:
    if named.form not in every:
        yield finding(
            place, "F019", 'no form is named "%(name)s"%(hint)s', name=named.form, hint=suggest_word(named.form, every)
        )
    form = forms.get(named.form)
    if form is None:
        return
    if of_case and named.form != CASE_FORM and not form.belongs_to:
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


def _check_day_bound(named: StageReference, place: FilePlace, form: Form | None) -> Iterator[Finding]:
    """The page of a case is made of answers as they were kept."""
    if form is not None and not named.table and named.question in day_bound_questions(form):
        yield finding(place, "F029", DAY_BOUND_MESSAGE, name=named.question)


def _questions_at(form: Form, table: str) -> Mapping[str, Question] | None:
    """The questions a name may be one of: the form's, or the columns of its table; ``None`` without such a table."""
    if not table:
        return form.questions
    rows = form.questions.get(table)
    return {column.name: column for column in rows.columns_asked()} if rows else None


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


def _check_promise(promise: Promise, place: FilePlace, forms: Mapping[str, Form]) -> Iterator[Finding]:
    """What is promised must be a whole day, to be compared with today."""
    question = forms[promise.form].questions.get(promise.date) if promise.form in forms else None
    if question is not None and not question.whole_day:
        yield finding(place, "F046", NO_DAY, name=promise.date)


def _check_programme_use(named: NamedQuestion, place: FilePlace, forms: Mapping[str, Form]) -> Iterator[Finding]:
    """What the overview of the programme cannot count with: no date, no link to what it is to point to."""
    form = forms.get(named.form)
    question = form.questions.get(named.question) if form else None
    if form is None or question is None:
        return
    if named.question in day_bound_questions(form):
        yield finding(place, "F029", DAY_BOUND_MESSAGE, name=named.question)
    elif named.is_day and not question.whole_day:
        yield finding(place, "F046", NO_DAY, name=named.question)
    elif named.points_to and question.link_target() != named.points_to:
        yield finding(place, "F046", NO_LINK, name=named.question, form=named.points_to)


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
