"""Checks of what stays take from the programme's sheet, of who may place one person too many, and of the windows: they
are for the activities that there are."""

from collections.abc import Iterator

from dosar.language.choices import ChoiceList
from dosar.language.form import Form
from dosar.language.load.definition import ROLES, STAGES
from dosar.language.load.finding import Finding, finding, suggest_word
from dosar.language.load.folder import FolderReading
from dosar.language.load.source_lines import walk_questions
from dosar.language.organisation.programme import Programme, Terms
from dosar.language.organisation.roles import Roles
from dosar.language.organisation.stages import Stages
from dosar.language.question import Question
from dosar.language.text.message import msgid

NO_TERMS = msgid(
    '"from_programme" stands on the form of the stays alone, where "terms" of "programme" in stages.yaml says in which '
    "rows the programme's sheet has them; take it out, or declare them there."
)
NOT_IN_A_TABLE = msgid('"from_programme" is said of a question of the sheet, not of a column; take it out here.')
OTHER_KIND = msgid('"%(name)s" of the programme\'s sheet is another kind of question; ask both with the same "type".')
TOO_SENSITIVE = msgid(
    '"%(name)s" of the programme\'s sheet is sensitive, and the stay is not; give both the same "sensitivity".'
)
OTHER_KINDS = msgid(
    'The windows are for other activities than "%(name)s" of the form "%(form)s" offers: %(codes)s stand on one of the '
    'two alone. Give both the same "choices".'
)


def programme_findings(reading: FolderReading) -> Iterator[Finding]:
    """Every ``from_programme`` that takes what is not there, every role that is none, and windows of other
    activities."""
    stages = reading.parts.get(STAGES)
    declared = stages.programme if isinstance(stages, Stages) else None
    forms = {form.key: form for form in reading.of(Form).values()}
    terms = declared.terms if declared else None
    columns = _columns(terms, forms)
    for part, form in reading.of(Form).items():
        for path, question, table in walk_questions(form):
            if question.from_programme is None:
                continue
            place = reading.sources[part].place((*path, "from_programme"))
            if table is not None:
                yield finding(place, "F101", NOT_IN_A_TABLE)
            elif declared is None or terms is None or form.key != declared.stays.form:
                yield finding(place, "F101", NO_TERMS)
            elif columns and question.from_programme not in columns:
                hint = suggest_word(question.from_programme, columns)
                text = msgid('no column of "%(table)s" is named "%(name)s"%(hint)s')
                yield finding(place, "F101", text, table=terms.rows, name=question.from_programme, hint=hint)
            elif source := columns.get(question.from_programme):
                if source.type != question.type:
                    yield finding(place, "F101", OTHER_KIND, name=source.name)
                elif not source.own_clearances <= question.own_clearances:
                    yield finding(place, "F101", TOO_SENSITIVE, name=source.name)
    if declared is not None:
        yield from _unknown_roles(reading, declared)
        yield from _other_kinds(reading, declared)


def _columns(terms: Terms | None, forms: dict[str, Form]) -> dict[str, Question]:
    table = forms[terms.form].questions.get(terms.rows) if terms and terms.form in forms else None
    return {column.name: column for column in table.columns_asked()} if table else {}


def _unknown_roles(reading: FolderReading, declared: Programme) -> Iterator[Finding]:
    roles = reading.parts.get(ROLES)
    known = [role.role for role in roles.roles] if isinstance(roles, Roles) else []
    for position, name in enumerate(declared.overbooked_by if known else ()):
        if name not in known:
            place = reading.sources[STAGES].place(("programme", "overbooked_by", position))
            text = msgid('no role is named "%(name)s"%(hint)s')
            yield finding(place, "F102", text, name=name, hint=suggest_word(name, known))


def _other_kinds(reading: FolderReading, declared: Programme) -> Iterator[Finding]:
    """An activity that no window can be for, or a window for one that nobody offers, would never be asked about."""
    windows, activities = declared.windows, declared.activities
    forms = {form.key: (part, form) for part, form in reading.of(Form).items()}
    if windows is None or activities is None or not {windows.form, activities.form} <= forms.keys():
        return
    part, form = forms[windows.form]
    kind = forms[activities.form][1].questions.get(activities.kind)
    for path, question, table in walk_questions(form):
        if kind is None or table is None or (table.name, question.name) != (windows.rows, windows.kinds):
            continue
        offered, windowed = (_codes(reading, each) for each in (kind, question))
        if offered is not None and windowed is not None and (codes := sorted(offered ^ windowed)):
            place = reading.sources[part].place((*path, "choices"))
            told = {"name": kind.name, "form": activities.form, "codes": ", ".join(codes)}
            yield finding(place, "F103", OTHER_KINDS, **told)


def _codes(reading: FolderReading, question: Question) -> set[str] | None:
    """The choices of a question; nothing where its list is not there, which is told by itself."""
    lists = {made.list: made.choices for made in reading.of(ChoiceList).values()}
    if not {*question.choice_lists()} <= lists.keys():
        return None
    codes = question.with_choices(lists).codes()
    return None if codes is None else {*codes}
