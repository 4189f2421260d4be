"""Checks of what restricts a case: whoever reads ``restricts:`` must be able to hold it, and to lift it again."""

from collections.abc import Iterator, Mapping

from dosar.language.checks.checked_forms import checked_forms
from dosar.language.form import CASE_FORM, Form
from dosar.language.load.definition import ROLES
from dosar.language.load.finding import FilePlace, Finding, finding, suggest_word
from dosar.language.load.folder import FolderReading
from dosar.language.load.source_lines import CheckedForm
from dosar.language.organisation.roles import Roles
from dosar.language.question import Question
from dosar.language.restriction import Restriction, restricting_answer
from dosar.language.text.message import msgid

NOT_OF_CASE = msgid('Records of "%(form)s" belong to no case, so they restrict none: take "restricts" out.')
CANNOT_RESTRICT = msgid(
    '"%(name)s" cannot restrict a case; take a question with "type: select_one", "type: yes_no" or "type: date".'
)
IS_SENSITIVE = msgid(
    '"%(name)s" has a sensitivity, so the database cannot compare its answers. Ask in a question without one.'
)
NEEDS_CODES = msgid('Say which codes of "%(name)s" restrict the case: codes: [...].')
HAS_NO_CODES = msgid('"%(name)s" is no choice and restricts the case by any date or by a yes; take "codes" out.')
CANNOT_BE_LIFTED = msgid(
    'Nobody could lift this again: add "%(form)s", on which "%(name)s" is asked, to the forms that are written.'
)
NEVER_SAME_CASE = msgid('A case has one case file, so no later one lifts this: take "lifted_by" out.')
LIFTED_BY_NOTHING = msgid('Say by which question of that form it is lifted: add "lifted_by", or take "lifted_in" out.')
LIFTED_IN_NO_OTHER = msgid('"%(form)s" is not another form that belongs to cases; take "lifted_in" out, or name one.')
LIFTED_BY_NO_DAY = msgid(
    '"%(question)s" restricts from its day on, and "%(name)s" is no day: nobody could tell which came first. '
    'Take a question with "type: date".'
)
WRITES_UNSEEN = msgid(
    '"%(name)s" is none of the roles in "seen_by", so it writes nothing; add it there, or take it out.'
)
NO_ROLE = msgid('no role is named "%(name)s"%(hint)s')
TWICE = msgid('"%(name)s" stands here twice; keep one.')


def restriction_findings(reading: FolderReading) -> Iterator[Finding]:
    """What is wrong with the restrictions of each form."""
    roles = reading.parts.get(ROLES)
    known_roles = {role.role for role in roles.roles} if isinstance(roles, Roles) else set()
    forms = {form.key: form for form in reading.of(Form).values()}
    for draft in checked_forms(reading, reading.of(Form)):
        if draft.form.restricts and draft.form.key != CASE_FORM and not draft.form.belongs_to:
            yield finding(draft.place("restricts"), "F067", NOT_OF_CASE, form=draft.form.key)
        names = [restriction.restriction for restriction in draft.form.restricts]
        for number, restriction in enumerate(draft.form.restricts):
            if restriction.restriction in names[:number]:
                place = draft.place("restricts", number, "restriction")
                yield finding(place, "F067", TWICE, name=restriction.restriction)
            yield from _question_findings(draft, restriction, number)
            yield from _lifting_findings(draft, restriction, number, forms)
            yield from _name_findings(draft, restriction, number, known_roles)


def _question_findings(draft: CheckedForm, restriction: Restriction, number: int) -> Iterator[Finding]:
    place, name = draft.place("restricts", number, "question"), restriction.question
    question = draft.form.questions.get(name)
    if question is None or question.retired:
        yield _unknown_question(draft.form, place, name)
    elif restricting_answer(question) is None:
        yield finding(place, "F046", CANNOT_RESTRICT, name=name)
    elif question.clearances:
        yield finding(place, "F067", IS_SENSITIVE, name=name)
    else:
        yield from _code_findings(draft, restriction, number, question)


def _unknown_question(form: Form, place: FilePlace, name: str) -> Finding:
    asked = [question.name for question in form.asked_questions()]
    text = msgid('no question is named "%(name)s"%(hint)s')
    return finding(place, "F015", text, name=name, hint=suggest_word(name, asked))


def _code_findings(draft: CheckedForm, restriction: Restriction, number: int, question: Question) -> Iterator[Finding]:
    if restricting_answer(question) != "code":
        if restriction.codes:
            yield finding(draft.place("restricts", number, "codes"), "F067", HAS_NO_CODES, name=question.name)
        return
    if not restriction.codes:
        yield finding(draft.place("restricts", number, "question"), "F067", NEEDS_CODES, name=question.name)
    in_hand = draft.in_hand(question)
    known = in_hand.codes() if in_hand is not None else None
    for position, code in enumerate(restriction.codes):
        if known is not None and code not in known:
            yield finding(
                draft.place("restricts", number, "codes", position),
                "F045",
                '"%(name)s" is none of the choices of "%(question)s"%(hint)s',
                name=code,
                question=question.name,
                hint=suggest_word(code, known),
            )


def _lifting_findings(
    draft: CheckedForm, restriction: Restriction, number: int, forms: Mapping[str, Form]
) -> Iterator[Finding]:
    """A restriction that cannot be taken back would lock a case for ever."""
    name = restriction.lifted_by
    if draft.form.key not in restriction.written:
        place = draft.place("restricts", number, "written")
        yield finding(place, "F067", CANNOT_BE_LIFTED, form=draft.form.key, name=restriction.question)
    if name is None:
        if restriction.lifted_in is not None:
            yield finding(draft.place("restricts", number, "lifted_in"), "F067", LIFTED_BY_NOTHING)
        return
    place = draft.place("restricts", number, "lifted_by")
    lifting = draft.form if restriction.lifted_in is None else forms.get(restriction.lifted_in)
    if draft.form.key == CASE_FORM:
        yield finding(place, "F067", NEVER_SAME_CASE)
    elif restriction.lifted_in is not None and (lifting is None or lifting is draft.form or not lifting.belongs_to):
        yield from _lifting_form_findings(draft, restriction.lifted_in, number, lifting)
    elif lifting is not None and (name not in lifting.questions or not lifting.questions[name].column_types()):
        yield _unknown_question(lifting, place, name)
    elif lifting is not None:
        yield from _order_findings(draft, restriction, place, lifting.questions[name])
        if lifting.key not in restriction.written:
            place = draft.place("restricts", number, "written")
            yield finding(place, "F067", CANNOT_BE_LIFTED, form=lifting.key, name=name)


def _lifting_form_findings(draft: CheckedForm, name: str, number: int, lifting: Form | None) -> Iterator[Finding]:
    """A broken file is told of by itself."""
    place = draft.place("restricts", number, "lifted_in")
    if lifting is not None:
        yield finding(place, "F067", LIFTED_IN_NO_OTHER, form=name)
    elif name not in draft.every_form:
        text = msgid('no form is named "%(name)s"%(hint)s')
        yield finding(place, "F019", text, name=name, hint=suggest_word(name, draft.every_form))


def _order_findings(
    draft: CheckedForm, restriction: Restriction, place: FilePlace, lifting: Question
) -> Iterator[Finding]:
    """Which came first is told by two days, which the database compares."""
    restricting = draft.form.questions.get(restriction.question)
    if restricting is None or restricting_answer(restricting) != "day":
        return
    if restricting_answer(lifting) != "day":
        yield finding(place, "F046", LIFTED_BY_NO_DAY, name=lifting.name, question=restricting.name)
    elif lifting.clearances:
        yield finding(place, "F067", IS_SENSITIVE, name=lifting.name)


def _name_findings(
    draft: CheckedForm, restriction: Restriction, number: int, known_roles: set[str]
) -> Iterator[Finding]:
    for position, role in enumerate(restriction.seen_by):
        if known_roles and role not in known_roles:
            place = draft.place("restricts", number, "seen_by", position)
            yield finding(place, "F043", NO_ROLE, name=role, hint=suggest_word(role, known_roles))
    for position, role in enumerate(restriction.written_by):
        place = draft.place("restricts", number, "written_by", position)
        if restriction.seen_by and role not in restriction.seen_by:
            yield finding(place, "F116", WRITES_UNSEEN, name=role)
        elif known_roles and role not in known_roles:
            yield finding(place, "F043", NO_ROLE, name=role, hint=suggest_word(role, known_roles))
    for position, form in enumerate(restriction.written):
        if form not in draft.every_form:
            place = draft.place("restricts", number, "written", position)
            text = msgid('no form is named "%(name)s"%(hint)s')
            yield finding(place, "F019", text, name=form, hint=suggest_word(form, draft.every_form))
