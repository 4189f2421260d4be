"""Checks across the files of an organisation; each yields findings with a line and a remedy.

F001–F003 come from :mod:`reading`, F005–F008 and F011 from :mod:`misfits`, F007, F014 and F018 from
:mod:`folder`; the rest are here.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Any

from app.language.choices import ChoiceList
from app.language.finding import Finding, finding, mean
from app.language.folder import MENU, ROLES, Reading
from app.language.form import CASE, Form
from app.language.menu import Menu
from app.language.question import Question
from app.language.reading import Source
from app.language.roles import Roles
from app.language.texts import LANGUAGES

RESERVED = frozenset(
    "id case_id form_version created_by created_at changed_by changed_at version deleted_by deleted_at "
    "metadata registry position record_id csrf_token links form_key case_column columns".split()
)
RESERVED_FORMS = ("ab_", "dosar_", "sqlite_", "pg_")
LINKABLE = ("user",)
LANGUAGE = re.compile(r"[a-z]{2}(-[A-Z]{2})?")
Path = tuple[Any, ...]


def check(reading: Reading, older: Mapping[str, Form] | None = None, languages: Iterable[str] = LANGUAGES) -> list[Finding]:
    """Everything wrong with the folder, by file and line: what reading found, and these checks.

    ``older`` are the forms that ran last, to find changes that would lose answers.
    """
    forms = {made.key: made for made in reading.parts.values() if isinstance(made, Form)}
    lists = {part.partition(":")[2] for part in reading.sources if part.startswith("choices:")}
    every_form = {part.partition(":")[2] for part in reading.sources if part.startswith("form:")}
    found: list[Iterable[Finding]] = [reading.findings]
    for part, source in reading.sources.items():
        found.append(_missing_translations(source, tuple(languages)))
        made = reading.parts.get(part)
        if isinstance(made, Form):
            found.extend(_form_findings(made, source, lists, every_form))
            if older and made.key in older:
                found.append(_changed_types(made, older[made.key], source))
        elif isinstance(made, ChoiceList):
            found.append(_twin_choices(made, source))
    found.append(_roles_findings(reading, every_form))
    found.append(_menu_findings(reading, every_form))
    found.append(_unused_lists(forms, lists, reading) if not reading.findings else ())
    return sorted(chain.from_iterable(found), key=lambda one: (one.place, one.code))


def _form_findings(form: Form, source: Source, lists: set[str], forms: set[str]) -> Iterator[Iterable[Finding]]:
    yield _names(form, source)
    yield _reserved_form(form, source)
    yield _choice_lists(form, source, lists)
    yield _rules(form, source)
    yield _links(form, source, forms)
    yield _lists(form, source)
    yield _record_title(form, source)


def walk(form: Form) -> Iterator[tuple[Path, Question, Question | None]]:
    """Every question with its path in the file and, for a column, its table."""
    for s, section in enumerate(form.sections):
        for q, question in enumerate(section.questions):
            path: Path = ("sections", s, "questions", q)
            yield path, question, None
            for c, column in enumerate(question.columns_asked()):
                yield (*path, "columns", c), column, question


def _names(form: Form, source: Source) -> Iterator[Finding]:
    seen: set[tuple[str, str]] = set()
    for path, question, table in walk(form):
        place = source.place((*path, "name"))
        if (table.name if table else "", question.name) in seen:
            yield finding(place, "F009", 'Two questions are named "%(name)s"; rename one.', name=question.name)
        seen.add((table.name if table else "", question.name))
        if question.name in RESERVED:
            yield finding(place, "F013", '"%(name)s" is a name Dosar uses itself; take another.', name=question.name)
        if "__" in question.name:
            yield finding(place, "F013", "A name has no two underscores in a row; take another.")


def _reserved_form(form: Form, source: Source) -> Iterator[Finding]:
    if form.key.startswith(RESERVED_FORMS) or "__" in form.key or form.key in ("user", "users"):
        yield finding(source.place(("form",)), "F013", '"%(name)s" is a name Dosar uses itself; take another.', name=form.key)
    if form.belongs_to and form.key == CASE:
        yield finding(source.place(("belongs_to",)), "F016", "The case file belongs to nothing; remove this line.")


def _choice_lists(form: Form, source: Source, lists: set[str]) -> Iterator[Finding]:
    for path, question, _ in walk(form):
        for name in question.choice_lists():
            if name not in lists:
                yield finding(
                    source.place((*path, "choices")), "F004", 'unknown choice list "%(name)s"%(hint)s',
                    name=name, hint=mean(name, lists),
                )


def _rules(form: Form, source: Source) -> Iterator[Finding]:
    known = _names_for_rules(form)
    for s, section in enumerate(form.sections):
        if section.show_if:
            path: Path = ("sections", s, "show_if")
            yield from _unknown_names(section.show_if.names, known, source, path)
    for path, question, table in walk(form):
        here = known | ({column.name for column in table.columns_asked()} if table else set())
        for option, rule in question.expressions().items():
            yield from _unknown_names(rule.names, here, source, (*path, option))


def _names_for_rules(form: Form) -> set[str]:
    questions = form.questions.values()
    columns = {f"{table.name}.{column.name}" for table in questions for column in table.columns_asked()}
    return set(form.questions) | columns


def _unknown_names(names: Iterable[str], known: set[str], source: Source, path: Path) -> Iterator[Finding]:
    for name in sorted(set(names) - known):
        yield finding(
            source.place(path), "F012", 'no question is named "%(name)s"%(hint)s', name=name, hint=mean(name, known)
        )


def _links(form: Form, source: Source, forms: set[str]) -> Iterator[Finding]:
    known = {*forms, *LINKABLE}
    for path, question, _ in walk(form):
        target = question.link_target()
        if target is not None and target not in known:
            yield finding(
                source.place((*path, "to")), "F016", 'no form is named "%(name)s"%(hint)s',
                name=target, hint=mean(target, known),
            )
    if form.belongs_to and CASE not in forms:
        yield finding(source.place(("belongs_to",)), "F016", "There is no case form (forms/case.yaml) to belong to.")


def _lists(form: Form, source: Source) -> Iterator[Finding]:
    named = {
        "list": list(form.list), "filters": list(form.filters),
        "sort": [name.removeprefix("-") for name in form.sort],
    }
    for option, names in named.items():
        for position, name in enumerate(names):
            if name not in form.questions:
                yield finding(
                    source.place((option, position)), "F015", 'no question is named "%(name)s"%(hint)s',
                    name=name, hint=mean(name, form.questions),
                )
    for position, total in enumerate(form.totals):
        for name in (total.sum, *total.by):
            if name not in form.questions:
                yield finding(
                    source.place(("totals", position)), "F015", 'no question is named "%(name)s"%(hint)s',
                    name=name, hint=mean(name, form.questions),
                )


def _record_title(form: Form, source: Source) -> Iterator[Finding]:
    for name in re.findall(r"{(\w+)}", form.record_title or ""):
        if name not in form.questions:
            yield finding(
                source.place(("record_title",)), "F017", 'no question is named "%(name)s"%(hint)s',
                name=name, hint=mean(name, form.questions),
            )


def _changed_types(form: Form, older: Form, source: Source) -> Iterator[Finding]:
    before = {(_name(table), question.name): question for _, question, table in walk(older)}
    for path, question, table in walk(form):
        was = before.get((_name(table), question.was or question.name)) or before.get((_name(table), question.name))
        if was is not None and not question.widens(was):
            yield finding(
                source.place((*path, "type")), "F020",
                'Answers of type "%(was)s" do not fit type "%(now)s": retire "%(name)s" (retired: true) and add '
                "a question with a new name.", was=was.type, now=question.type, name=question.name,
            )


def _name(table: Question | None) -> str:
    return table.name if table else ""


def _missing_translations(source: Source, languages: tuple[str, ...]) -> Iterator[Finding]:
    waiting: list[tuple[Path, Any]] = [((), source.contents)]
    while waiting:
        path, value = waiting.pop()
        if isinstance(value, dict):
            if _is_text(value):
                for language in languages:
                    if not str(value.get(language) or "").strip():
                        yield finding(
                            source.place(path), "F010", "The text is missing in one language: %(language)s.",
                            language=language,
                        )
            else:
                waiting.extend(((*path, key), inner) for key, inner in value.items())
        elif isinstance(value, list):
            waiting.extend(((*path, position), inner) for position, inner in enumerate(value))


def _is_text(value: dict[Any, Any]) -> bool:
    return bool({"ro", "en"} & set(value)) and all(LANGUAGE.fullmatch(str(key)) for key in value)


def _twin_choices(made: ChoiceList, source: Source) -> Iterator[Finding]:
    seen: set[str] = set()
    for position, choice in enumerate(made.choices):
        if choice.code in seen:
            yield finding(
                source.place(("choices", position, "code")), "F022", 'The code "%(code)s" stands here twice; keep one.',
                code=choice.code,
            )
        seen.add(choice.code)


def _roles_findings(reading: Reading, forms: set[str]) -> Iterator[Finding]:
    roles, source = reading.parts.get(ROLES), reading.sources.get(ROLES)
    if not isinstance(roles, Roles) or source is None:
        return
    for position, role in enumerate(roles.roles):
        for name in role.may:
            if name != "*" and name not in forms:
                yield finding(
                    source.place(("roles", position, "may", name)), "F019", 'no form is named "%(name)s"%(hint)s',
                    name=name, hint=mean(name, forms),
                )


def _menu_findings(reading: Reading, forms: set[str]) -> Iterator[Finding]:
    menu, source = reading.parts.get(MENU), reading.sources.get(MENU)
    if not isinstance(menu, Menu) or source is None:
        return
    listed: set[str] = set()
    for g, group in enumerate(menu.menu):
        for e, entry in enumerate(group.entries):
            listed.add(entry)
            if entry not in forms:
                yield finding(
                    source.place(("menu", g, "entries", e)), "F019", 'no form is named "%(name)s"%(hint)s',
                    name=entry, hint=mean(entry, forms),
                )
    for name in sorted(forms - listed):
        yield finding(source.place(), "F023", 'The form "%(name)s" stands in no part of the menu; add it.', name=name)


def _unused_lists(forms: Mapping[str, Form], lists: set[str], reading: Reading) -> Iterator[Finding]:
    used = {name for form in forms.values() for _, question, _ in walk(form) for name in question.choice_lists()}
    for name in sorted(lists - used):
        yield finding(
            reading.sources[f"choices:{name}"].place(), "F024",
            'No question uses the choice list "%(name)s"; use it or remove the file.', name=name,
        )
