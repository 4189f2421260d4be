"""Checks of ``stages.yaml`` and ``profile.yaml`` against the forms beside them."""

from collections.abc import Iterator, Mapping

from app.language.finding import Finding, Place, finding, mean
from app.language.folder import PROFILE, STAGES, Reading
from app.language.form import CASE, Form
from app.language.message import msgid
from app.language.moving import GOES_WITH_THE_DAY, moving_questions
from app.language.programme import NamedQuestion
from app.language.question import Question
from app.language.reading import Source
from app.language.stages import Budget, Named, Profile, Promise, Stages

NO_DAY = msgid('"%(name)s" is no date; take a question with "type: date".')
NO_LINK = msgid('"%(name)s" does not point to "%(form)s"; take a question with "type: link" and "to: %(form)s".')


def stage_findings(reading: Reading) -> Iterator[Finding]:
    """What is wrong with the page of a case: forms and questions it names that are not there."""
    stages, source = reading.parts.get(STAGES), reading.sources.get(STAGES)
    if not isinstance(stages, Stages) or source is None:
        return
    forms = {made.key: made for made in reading.of(Form).values()}
    for named in stages.named():
        yield from _unknown(named, source.place(named.path), forms, reading.names("form"))
        yield from _growing_old(named, source.place(named.path), forms.get(named.form))
    for one in stages.programme.named() if stages.programme else ():
        yield from _unknown(Named(one.path, one.form, one.question), source.place(one.path), forms,
                            reading.names("form"), of_case=one.path[1] == "stays")
        yield from _unfit(one, source.place(one.path), forms)
    seen: set[str] = set()
    for position, stage in enumerate(stages.stages):
        if stage.stage in seen:
            place = source.place(("stages", position, "stage"))
            yield finding(place, "F046", 'The stage "%(name)s" stands here twice; keep one.', name=stage.stage)
        seen.add(stage.stage)
        yield from _untold(stages, stage.stage, source.place(("stages", position, "stage")), forms)
    yield from _of_nobody(stages.budget, source, forms)
    for position, promise in enumerate(stages.promises):
        yield from _no_day(promise, source.place(("promises", position, "date")), forms)


def _unknown(
    named: Named, place: Place, forms: Mapping[str, Form], every: set[str], of_case: bool = True,
) -> Iterator[Finding]:
    if named.form not in every:
        yield finding(
            place, "F019", 'no form is named "%(name)s"%(hint)s', name=named.form, hint=mean(named.form, every)
        )
    form = forms.get(named.form)
    if form is None:
        return
    if of_case and named.form != CASE and not form.belongs_to:
        text = msgid('The form "%(name)s" belongs to no case; take one with "belongs_to: case".')
        yield finding(place, "F046", text, name=named.form)
    known = _questions(form, named.table)
    if named.question and known is not None and named.question not in known:
        yield finding(
            place, "F045", 'no question of "%(form)s" is named "%(name)s"%(hint)s',
            form=named.form, name=named.question, hint=mean(named.question, known),
        )


def _growing_old(named: Named, place: Place, form: Form | None) -> Iterator[Finding]:
    """The page of a case is made of answers as they were kept."""
    if form is not None and not named.table and named.question in moving_questions(form):
        yield finding(place, "F029", GOES_WITH_THE_DAY, name=named.question)


def _questions(form: Form, table: str) -> Mapping[str, Question] | None:
    """The questions a name may be one of: the form's, or the columns of its table; ``None`` without such a table."""
    if not table:
        return form.questions
    rows = form.questions.get(table)
    return {column.name: column for column in rows.columns_asked()} if rows else None


def _untold(stages: Stages, key: str, place: Place, forms: Mapping[str, Form]) -> Iterator[Finding]:
    """A stage that workers cannot write down, because the question does not offer it."""
    told = stages.told_by
    question = forms[told.form].questions.get(told.stage) if told and told.form in forms else None
    yield from _not_offered(key, question, place)


def _of_nobody(budget: Budget | None, source: Source, forms: Mapping[str, Form]) -> Iterator[Finding]:
    """A column of a budget that no payer can be written down for."""
    shares = budget.shares if budget and budget.form in forms else None
    if budget is None or shares is None:
        return
    question = (_questions(forms[budget.form], shares.parties) or {}).get(shares.column)
    for position, name in enumerate(shares.columns):
        yield from _not_offered(name, question, source.place(("budget", "shares", "columns", position)))


def _no_day(promise: Promise, place: Place, forms: Mapping[str, Form]) -> Iterator[Finding]:
    """What is promised must be a whole day, to be compared with today."""
    asked = forms[promise.form].questions.get(promise.date) if promise.form in forms else None
    if asked is not None and not asked.whole_day:
        yield finding(place, "F046", NO_DAY, name=promise.date)


def _unfit(named: NamedQuestion, place: Place, forms: Mapping[str, Form]) -> Iterator[Finding]:
    """What the overview of the programme cannot count with: no date, no link to what it is to point to."""
    form = forms.get(named.form)
    asked = form.questions.get(named.question) if form else None
    if form is None or asked is None:
        return
    if named.question in moving_questions(form):
        yield finding(place, "F029", GOES_WITH_THE_DAY, name=named.question)
    elif named.is_day and not asked.whole_day:
        yield finding(place, "F046", NO_DAY, name=named.question)
    elif named.points_to and asked.link_target() != named.points_to:
        yield finding(place, "F046", NO_LINK, name=named.question, form=named.points_to)


def _not_offered(key: str, question: Question | None, place: Place) -> Iterator[Finding]:
    codes = [choice.code for choice in question.options()] if question else []
    if codes and key not in codes:
        yield finding(
            place, "F045", '"%(name)s" is none of the choices of "%(question)s"%(hint)s',
            name=key, question=question.name if question else "", hint=mean(key, codes),
        )


def profile_findings(reading: Reading) -> Iterator[Finding]:
    """Forms picked that are not there, and the case file left out."""
    profile, source = reading.parts.get(PROFILE), reading.sources.get(PROFILE)
    if not isinstance(profile, Profile) or source is None:
        return
    every = reading.names("form")
    for position, name in enumerate(profile.forms):
        if name not in every:
            yield finding(
                source.place(("forms", position)), "F019", 'no form is named "%(name)s"%(hint)s',
                name=name, hint=mean(name, every),
            )
    if CASE in every and CASE not in profile.forms:
        text = msgid('Every sheet stands in a case file; add "%(name)s" to the forms picked.')
        yield finding(source.place(("forms",)), "F046", text, name=CASE)
