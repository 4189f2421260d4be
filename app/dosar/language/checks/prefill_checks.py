"""Checks of what a new sheet begins with: an answer of the case file, or of the case's last sheet of a form."""

from collections.abc import Callable, Iterator, Mapping

from dosar.language.form import CASE_FORM, Form
from dosar.language.load.finding import FilePlace, Finding, finding, suggest_word
from dosar.language.load.folder import FolderReading
from dosar.language.load.source_lines import FormPath, walk_questions
from dosar.language.question import Question
from dosar.language.text.message import msgid

NO_PREFILL_QUESTION = msgid('no question is named "%(name)s"%(hint)s')
FORM_WITHOUT_CASE = msgid('The form "%(name)s" belongs to no case; take one with "belongs_to: case".')
FormsByName = Mapping[str, Form]


def prefill_findings(reading: FolderReading) -> Iterator[Finding]:
    """Every ``from_case`` and ``from_last`` that names what is not there, or what does not fit here."""
    forms = {form.key: form for form in reading.of(Form).values()}
    every = reading.names("form")
    for part, form in reading.of(Form).items():
        for option in ("head", "foot"):
            for position, name in enumerate(getattr(form.paper_ledger, option)):
                yield from _check_printed(name, forms, reading.sources[part].place(("printed", option, position)))
        for path, question, table in walk_questions(form):
            place_of = reading.sources[part].place
            if question.from_case:
                known = forms[CASE_FORM].questions if CASE_FORM in forms else {}
                yield from _check_source(question, question.from_case, known, place_of((*path, "from_case")))
            if question.from_last and table is None:
                yield from _check_from_last(question, forms, every, place_of((*path, "from_last")))
            elif question.from_last:
                columns = _source_columns(table, forms)
                yield from _check_source(question, question.from_last, columns, place_of((*path, "from_last")), table)
            yield from _check_carried(question, table, place_of, path)
            yield from _check_files(question, place_of, path)


def _check_files(question: Question, place_of: Callable[[FormPath], FilePlace], path: FormPath) -> Iterator[Finding]:
    """A file stays with the sheet it was attached to: no other begins with it."""
    for option in ("carry", "from_case", "from_last") if question.attached else ():
        if getattr(question, option):
            text = msgid('A file stays with its sheet and no other begins with it; take "%(option)s" out.')
            yield finding(place_of((*path, option)), "F044", text, option=option)


def _check_carried(
    question: Question,
    table: Question | None,
    place_of: Callable[[FormPath], FilePlace],
    path: FormPath,
) -> Iterator[Finding]:
    """What is said of rows that are carried over is said where rows are."""
    if "carry_if" in question.expressions() and not question.carry:
        text = msgid('"carry_if" says which rows are carried over; say "carry: true" of the table too.')
        yield finding(place_of((*path, "carry_if")), "F044", text)
    if question.asked_again and not (table and table.carry):
        text = msgid('"asked_again" is said of a column in a table with "carry: true"; take it out here.')
        yield finding(place_of((*path, "asked_again")), "F044", text)


def _check_printed(name: str, forms: FormsByName, place: FilePlace) -> Iterator[Finding]:
    """What is printed with a ledger must stand in a form whose sheets belong to a case."""
    key, _, question_name = name.partition(".")
    if key not in forms:
        yield finding(place, "F044", 'no form is named "%(name)s"%(hint)s', name=key, hint=suggest_word(key, forms))
    elif not forms[key].belongs_to:
        yield finding(place, "F044", FORM_WITHOUT_CASE, name=key)
    elif question_name not in forms[key].questions:
        hint = suggest_word(question_name, forms[key].questions)
        yield finding(place, "F044", NO_PREFILL_QUESTION, name=question_name, hint=hint)


def _check_from_last(question: Question, forms: FormsByName, every: set[str], place: FilePlace) -> Iterator[Finding]:
    key, _, name = str(question.from_last).partition(".")
    if key not in every:
        yield finding(place, "F044", 'no form is named "%(name)s"%(hint)s', name=key, hint=suggest_word(key, every))
    elif key in forms and not forms[key].belongs_to:
        yield finding(place, "F044", FORM_WITHOUT_CASE, name=key)
    elif key in forms and not name and question.link_target() != key:
        text = msgid('Only a link to "%(name)s" takes over the sheet; write "%(name)s." and one of its questions.')
        yield finding(place, "F044", text, name=key)
    elif key in forms and name:
        yield from _check_source(question, name, forms[key].questions, place)


def _source_columns(table: Question | None, forms: FormsByName) -> dict[str, Question]:
    """The columns of the table that a table's rows come from."""
    key, _, name = str(table.from_last if table else "").partition(".")
    source = forms[key].questions.get(name) if key in forms else None
    return {column.name: column for column in source.columns_asked()} if source else {}


def _check_source(
    question: Question,
    name: str,
    known: Mapping[str, Question],
    place: FilePlace,
    table: Question | None = None,
) -> Iterator[Finding]:
    """The question named must be there, be of the same type, and be known to no fewer people here than there."""
    if name not in known:
        yield finding(place, "F044", NO_PREFILL_QUESTION, name=name, hint=suggest_word(name, known))
        return
    source, seen_with = known[name], question.sensitivity or (table.sensitivity if table else None)
    if not question.is_wider_than(source):
        text = msgid('There "%(name)s" is of type "%(type)s"; take the same type here.')
        yield finding(place, "F044", text, name=name, type=source.type)
    if source.sensitivity and source.sensitivity != seen_with:
        text = msgid('There "%(name)s" is seen with the clearance "%(what)s"; say "sensitivity: %(what)s" here too.')
        yield finding(place, "F044", text, name=name, what=source.sensitivity)
