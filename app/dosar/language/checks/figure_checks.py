"""Checks of ``figures.yaml`` against the forms beside it."""

from collections.abc import Callable, Collection, Iterator, Mapping

from dosar.language.answers.day_bound import DAY_BOUND_MESSAGE, day_bound_answers, day_bound_questions
from dosar.language.checks.rules.type_inference import condition_findings
from dosar.language.form import Form
from dosar.language.load.definition import FIGURES
from dosar.language.load.finding import Finding, finding, suggest_word
from dosar.language.load.folder import FolderReading
from dosar.language.load.source_lines import FormPath
from dosar.language.load.yaml_reader import Source
from dosar.language.organisation.figures import Figure, Figures, Report
from dosar.language.question import Question
from dosar.language.rules.expressions import Expression
from dosar.language.text.message import msgid

DATE_OPTIONS = ("day", "since", "until", "of_since", "of_until")


def figure_findings(reading: FolderReading) -> Iterator[Finding]:
    """Forms and questions that the figures name and that are not there, or cannot be counted by."""
    declared, source = reading.parts.get(FIGURES), reading.sources.get(FIGURES)
    if not isinstance(declared, Figures) or source is None:
        return
    forms, every = {form.key: form for form in reading.of(Form).values()}, reading.names("form")
    yield from _check_form(declared.report.form, every, source, ("report", "form"))
    if declared.report.form in forms:
        yield from _check_report(declared.report, forms[declared.report.form], source)
    seen: set[str] = set()
    for position, figure in enumerate(declared.figures):
        path: FormPath = ("figures", position)
        if figure.figure in seen:
            text = msgid('Two figures are named "%(name)s"; rename one.')
            yield finding(source.place((*path, "figure")), "F009", text, name=figure.figure)
        seen.add(figure.figure)
        yield from _check_form(figure.form, every, source, (*path, "form"))
        if figure.form in forms:
            yield from _check_figure(figure, forms[figure.form], source, path)


def _check_form(name: str, every: Collection[str], source: Source, path: FormPath) -> Iterator[Finding]:
    if name not in every:
        text = msgid('no form is named "%(name)s"%(hint)s')
        yield finding(source.place(path), "F019", text, name=name, hint=suggest_word(name, every))


def _check_report(report: Report, form: Form, source: Source) -> Iterator[Finding]:
    for option in ("begins", "ends", "periods"):
        yield from _check_known(getattr(report, option), form, form.questions, source, ("report", option))
    if report.periods in form.questions:
        columns = {column.name: column for column in form.questions[report.periods].columns_asked()}
        for option in ("title", "since", "until"):
            yield from _check_known(getattr(report, option), form, columns, source, ("report", option))


def _check_figure(figure: Figure, form: Form, source: Source, path: FormPath) -> Iterator[Finding]:
    yield from _check_link(figure, form, source, path)
    for option in ("day", "since", "until", "sum"):
        if name := getattr(figure, option):
            yield from _check_known(name, form, form.questions, source, (*path, option))
            yield from _check_option(option, name, form, source, (*path, option))
    for position, name in enumerate(figure.by):
        yield from _check_known(name, form, form.questions, source, (*path, "by", position))
        yield from _check_option("by", name, form, source, (*path, "by", position))
    stored = {question.name: question for question in form.stored_questions}
    rules: list[tuple[FormPath, Expression | None]] = [((*path, "if"), figure.rule)]
    rules += [((*path, "parts", number, "if"), share.rule) for number, share in enumerate(figure.parts)]
    for where, rule in rules:
        if rule is not None:
            for name in sorted(rule.names):
                yield from _check_known(name, form, stored, source, where)
                if name in day_bound_questions(form) - day_bound_answers(form):
                    yield finding(source.place(where), "F029", DAY_BOUND_MESSAGE, name=name)
            yield from condition_findings(source.place(where), rule, stored)


def _check_link(figure: Figure, form: Form, source: Source, path: FormPath) -> Iterator[Finding]:
    """The link to the record reported on, and the days of its row."""
    if not figure.of:
        return
    table = form.questions.get(figure.of_table)
    if figure.of_table and (table is None or not table.columns_asked()):
        yield from _check_known(figure.of_table, form, _form_tables(form), source, (*path, "of"))
        return
    known = {column.name: column for column in table.columns_asked()} if table else form.questions
    for option, name in (("of", figure.of_link), ("of_since", figure.of_since), ("of_until", figure.of_until)):
        if name:
            yield from _check_known(name, form, known, source, (*path, option))
            yield from _check_option(option, name, form, source, (*path, option), known)


def _form_tables(form: Form) -> Mapping[str, Question]:
    return {name: question for name, question in form.questions.items() if question.columns_asked()}


def _check_known(
    name: str, form: Form, known: Mapping[str, Question], source: Source, path: FormPath
) -> Iterator[Finding]:
    if name not in known:
        yield finding(
            source.place(path),
            "F045",
            'no question of "%(form)s" is named "%(name)s"%(hint)s',
            form=form.key,
            name=name,
            hint=suggest_word(name, known),
        )


def _check_option(
    option: str,
    name: str,
    form: Form,
    source: Source,
    path: FormPath,
    known: Mapping[str, Question] | None = None,
) -> Iterator[Finding]:
    """A day where one is asked for, a number to sum, a choice to divide by."""
    question, kind = (known or form.questions).get(name), "day" if option in DATE_OPTIONS else option
    if question is not None and not FITTING_QUESTIONS[kind](question):
        yield finding(source.place(path), "F029", UNFIT_MESSAGES[kind], name=name)
    elif name in day_bound_questions(form):
        yield finding(source.place(path), "F029", DAY_BOUND_MESSAGE, name=name)


FITTING_QUESTIONS: Mapping[str, Callable[[Question], bool]] = {
    "day": lambda question: question.whole_day,
    "sum": lambda question: question.summable and not question.in_currencies,
    "by": lambda question: question.chosen and question.link_target() is None,
    "of": lambda question: question.link_target() is not None,
}
UNFIT_MESSAGES = {
    "day": msgid('"%(name)s" is not answered with a whole date; take a question that is.'),
    "sum": msgid('"%(name)s" is no number that can be summed; take one that is.'),
    "by": msgid('"%(name)s" is not answered by choosing; figures are divided by choices only.'),
    "of": msgid('"%(name)s" points to no record; take a link.'),
}
