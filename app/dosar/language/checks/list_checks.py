"""What a form lists, sums up, sorts and calls its records by."""

import re
from collections.abc import Iterable, Iterator

from dosar.language.answers.day_bound import DAY_BOUND_MESSAGE, day_bound_answers, day_bound_questions
from dosar.language.load.finding import FilePlace, Finding, finding, suggest_word
from dosar.language.load.source_lines import CheckedForm, walk_questions
from dosar.language.question import Question
from dosar.language.text.message import msgid


def _unknown_name(place: FilePlace, code: str, name: str, known: Iterable[str]) -> Finding:
    return finding(place, code, 'no question is named "%(name)s"%(hint)s', name=name, hint=suggest_word(name, known))


def check_lists(draft: CheckedForm) -> Iterator[Finding]:
    """What the list shows, filters by and sorts on is asked, and can be."""
    form = draft.form
    sort = tuple(name.removeprefix("-") for name in form.sort)
    named = {
        "list": form.list,
        "header": form.header,
        "filters": form.filters,
        "sort": sort,
    }
    for option, names in named.items():
        for position, name in enumerate(names):
            place = draft.place(option, position)
            yield from _check_listed(draft, place, "F015", name)
            yield from _check_day_bound(draft, place, name, is_shown=option in ("list", "header"))
            if option == "sort" and name in form.questions and not form.questions[name].sortable:
                text = msgid('A list cannot be sorted by "%(name)s"; take another question.')
                yield finding(place, "F029", text, name=name)
            if option == "filters" and name in form.questions and not _can_filter_by(form.questions[name]):
                text = msgid(
                    'A list cannot be filtered by "%(name)s"; take a question answered by choosing, or with a whole '
                    "date."
                )
                yield finding(place, "F029", text, name=name)
    for place, name in _of_person(draft):
        if name not in form.questions:
            yield _unknown_name(place, "F015", name, form.questions)
    for position, name in enumerate(form.excerpt):
        if name not in form.questions:
            yield _unknown_name(draft.place("excerpt", position), "F015", name, form.questions)
    if not form.list:
        text = msgid("The list of these records shows nothing; name its columns: list: [...].")
        yield finding(draft.place("list"), "F034", text)


def _of_person(draft: CheckedForm) -> Iterator[tuple[FilePlace, str]]:
    person = draft.form.person
    for position, names in enumerate(person.names if person else ()):
        for turn, name in enumerate(names):
            yield draft.place("person", "names", position, turn), name
    if person and person.born:
        yield draft.place("person", "born"), person.born


def _can_filter_by(question: Question) -> bool:
    """Whether a list can be filtered by it: by its choices, or by days."""
    return question.chosen or question.whole_day


def _check_day_bound(draft: CheckedForm, place: FilePlace, name: str, is_shown: bool = False) -> Iterator[Finding]:
    """What is kept of an answer that goes with the day grows old: it may be shown, made anew, and nothing else."""
    if name not in day_bound_questions(draft.form):
        return
    if not is_shown:
        yield finding(place, "F029", DAY_BOUND_MESSAGE, name=name)
    elif name not in day_bound_answers(draft.form):
        text = msgid('"%(name)s" goes with the day and is made of rows, so no list can show it; take it out of here.')
        yield finding(place, "F029", text, name=name)


def _check_listed(draft: CheckedForm, place: FilePlace, code: str, name: str) -> Iterator[Finding]:
    question = draft.form.questions.get(name)
    if question is None:
        yield _unknown_name(place, code, name, draft.form.questions)
    elif question.retired:
        text = msgid('"%(name)s" is retired; take it out of here.')
        yield finding(place, "F033", text, name=name)


def check_totals(draft: CheckedForm) -> Iterator[Finding]:
    """Only numbers are summed up, for answers that records can be told apart by."""
    questions = draft.form.questions
    for position, total in enumerate(draft.form.totals):
        for name in (total.sum, *total.by):
            yield from _check_listed(draft, draft.place("totals", position), "F015", name)
            yield from _check_day_bound(draft, draft.place("totals", position), name)
        summed = questions.get(total.sum)
        if summed is not None and not summed.summable:
            text = msgid('"%(name)s" cannot be added up; take a number or money.')
            yield finding(draft.place("totals", position, "sum"), "F029", text, name=total.sum)
        for name in total.by:
            grouped = questions.get(name)
            if grouped is not None and not grouped.groupable:
                text = msgid('A total cannot be kept by "%(name)s"; take a text, a choice or a link.')
                yield finding(draft.place("totals", position, "by"), "F029", text, name=name)


def check_record_title(draft: CheckedForm) -> Iterator[Finding]:
    """The title names questions whose answers stand in the record itself."""
    title, place = draft.form.record_title or "", draft.place("record_title")
    for name in re.findall(r"{(\w+)}", title):
        yield from _check_listed(draft, place, "F017", name)
        yield from _check_day_bound(draft, place, name)
    for name, _ in re.findall(r"{(\w+)([:!.\[][^{}]*)}", title):
        text = msgid(
            "Write the name alone in braces: {%(name)s}; dates and numbers are written as their reader is used to."
        )
        yield finding(place, "F017", text, name=name)
    if re.search(r"[{}]", re.sub(r"{\w+([:!.\[][^{}]*)?}", "", title)):
        text = msgid('A brace in "%(title)s" is not closed, or encloses no name; write {name}.')
        yield finding(place, "F017", text, title=title)


def check_searched(draft: CheckedForm) -> Iterator[Finding]:
    """The search knows an answer as it was kept."""
    for path, question, table in walk_questions(draft.form):
        if question.search and table is None:
            yield from _check_day_bound(draft, draft.place(*path, "search"), question.name)
