"""Checks across the files of an organisation; each yields findings with a line and a remedy.

F001–F003 come from :mod:`~dosar.language.load.yaml_reader`, F005–F008 and F011 from
:mod:`~dosar.language.load.schema_errors`, F007, F014, F018 and F035 from :mod:`~dosar.language.load.folder`; beside
this file, F012, F027, F030 and F032 from ``rule_checks``, F040–F043 from ``face_checks``, F060 from ``type_inference``,
F044 from ``prefill_checks``, F055 from ``currency_checks``, F064 and F065 from ``clearance_checks``, F066 from
``anonymise_checks``, F067 and F116 from ``restriction_checks``, F110–F115 from ``consent_checks``, F101–F103 from
``programme_checks``, F045 and F046 from
``stage_checks`` and ``figure_checks``, F009, F013, F031 and F037 from ``name_checks``, F015, F017, F029, F033 and F034
from ``list_checks``, those of changed forms from ``compatibility``; F047 comes from :mod:`dosar.cli.demo`,
F068, which ``dosar check`` alone says, from ``register_checks``; the rest are here, in ``default_checks`` and in
``text_checks``.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from pathlib import PurePath
from typing import Any

from dosar.language.checks.anonymise_checks import anonymise_findings
from dosar.language.checks.checked_forms import checked_forms
from dosar.language.checks.clearance_checks import clearance_findings
from dosar.language.checks.deadline_checks import deadline_findings
from dosar.language.checks.default_checks import check_defaults, check_face_defaults
from dosar.language.checks.face_checks import face_findings
from dosar.language.checks.figure_checks import figure_findings
from dosar.language.checks.list_checks import check_lists, check_record_title, check_searched, check_totals
from dosar.language.checks.name_checks import check_form_name, check_names, check_widths
from dosar.language.checks.prefill_checks import prefill_findings
from dosar.language.checks.programme_checks import programme_findings
from dosar.language.checks.rules.consent_checks import consent_findings
from dosar.language.checks.rules.currency_checks import currency_findings
from dosar.language.checks.rules.restriction_checks import restriction_findings
from dosar.language.checks.rules.rule_checks import rule_findings
from dosar.language.checks.stage_checks import profile_findings, stage_findings
from dosar.language.checks.text_checks import check_quotes, missing_translations
from dosar.language.choices import Choice, ChoiceList
from dosar.language.form import CASE_FORM, USER_LINK, Form
from dosar.language.load.definition import MENU, NEEDED_PARTS, ROLES
from dosar.language.load.finding import FilePlace, Finding, finding, suggest_word
from dosar.language.load.folder import NAME_KEYS, FolderReading
from dosar.language.load.source_lines import CheckedForm, FormPath, walk_questions
from dosar.language.load.yaml_reader import Source
from dosar.language.organisation.menu import Menu
from dosar.language.organisation.roles import EVERY_OTHER_FORM, Roles
from dosar.language.question import Question
from dosar.language.text.message import Message, msgid
from dosar.language.text.translations import LANGUAGES

MISSING_PART_MESSAGES = {
    ROLES: msgid(
        "There is no %(file)s in the folder: the last good roles run on, and where there never were any, nobody may "
        "do anything. Put the file back."
    ),
    MENU: msgid(
        "There is no %(file)s in the folder: the last good menu runs on, and where there never was one, no form "
        "stands in the menu. Put the file back."
    ),
}
UNKNOWN_FORM = msgid('no form is named "%(name)s"%(hint)s')


def check_folder(reading: FolderReading, languages: Iterable[str] = LANGUAGES) -> list[Finding]:
    """Everything wrong with the folder, by file and line: what reading found, and these checks.

    Changes that would lose answers are :mod:`dosar.language.checks.changes.compatibility`.
    """
    found: list[Iterable[Finding]] = [reading.findings]
    for source in (*reading.sources.values(), *reading.mixins.values()):
        found += [missing_translations(source, tuple(languages)), check_quotes(source)]
    for draft in checked_forms(reading, reading.of(Form)):
        found += _form_findings(draft)
    found += _partial_form_findings(reading)
    for part, shared in reading.of(ChoiceList).items():
        found.append(_twin_codes(shared.choices, reading.sources[part], ("choices",)))
    found += [face_findings(reading), check_face_defaults(reading), _roles_findings(reading), _menu_findings(reading)]
    found += [prefill_findings(reading), stage_findings(reading), profile_findings(reading), figure_findings(reading)]
    found += [_missing_part_findings(reading), _check_file_names(reading), clearance_findings(reading)]
    found += [anonymise_findings(reading), restriction_findings(reading), programme_findings(reading)]
    found += [consent_findings(reading), deadline_findings(reading)]
    if not reading.findings:
        found.append(_check_unused(reading))
    every = (_with_new_name(fromkey, reading.new_names) for fromkey in dict.fromkeys(chain.from_iterable(found)))
    return sorted(every, key=lambda found_finding: (found_finding.place, found_finding.code))


def _partial_form_findings(reading: FolderReading) -> Iterator[Iterable[Finding]]:
    """What else is wrong in forms with values that do not fit."""
    forms = {part: rest.form for part, rest in reading.partial_forms.items()}
    for rest, draft in zip(reading.partial_forms.values(), checked_forms(reading, forms), strict=True):
        yield filter(rest.tells, chain.from_iterable(_form_findings(draft)))


def _form_findings(draft: CheckedForm) -> list[Iterable[Finding]]:
    return [
        check_names(draft),
        check_form_name(draft),
        check_widths(draft),
        _check_choices(draft),
        rule_findings(draft),
        currency_findings(draft),
        _check_links(draft),
        check_lists(draft),
        check_totals(draft),
        check_record_title(draft),
        check_searched(draft),
        check_defaults(draft),
    ]


def _check_choices(draft: CheckedForm) -> Iterator[Finding]:
    for path, question, _ in walk_questions(draft.form):
        for name in question.choice_lists():
            if name not in draft.every_list:
                yield finding(
                    draft.place(*path, "choices"),
                    "F004",
                    'unknown choice list "%(name)s"%(hint)s',
                    name=name,
                    hint=suggest_word(name, draft.every_list),
                )
        if not question.choice_lists():
            yield from _twin_codes(question.options(), draft.source, (*path, "choices"))


def _twin_codes(choices: Sequence[Choice], source: Source, path: tuple[Any, ...]) -> Iterator[Finding]:
    seen: set[str] = set()
    for position, choice in enumerate(choices):
        if choice.code in seen:
            place = source.place((*path, position, "code"))
            yield finding(place, "F022", 'The code "%(code)s" stands here twice; keep one.', code=choice.code)
        seen.add(choice.code)
    codes = {choice.code for choice in choices}
    for position, choice in enumerate(choices):
        if choice.was in codes:
            yield finding(
                source.place((*path, position, "was")),
                "F022",
                'The code "%(code)s" is still one of the choices: take that choice away, or write no was.',
                code=choice.was,
            )


def _check_links(draft: CheckedForm) -> Iterator[Finding]:
    known = {*draft.every_form, USER_LINK}
    for path, question, _ in walk_questions(draft.form):
        target = question.link_target()
        if target is not None and target not in known:
            yield _unknown_form(draft.place(*path, "to"), "F016", target, known)
    if draft.form.belongs_to and CASE_FORM not in draft.every_form:
        text = msgid("There is no case form (forms/case.yaml) to belong to.")
        yield finding(draft.place("belongs_to"), "F016", text)
    for path, question, _ in walk_questions(draft.form):
        yield from _check_numbering(draft, question, path)
    named = draft.form.case_was
    if named and (named not in draft.form.questions or draft.form.questions[named].link_target() != CASE_FORM):
        text = msgid('"%(name)s" is no question of this form that links to a case (type: link, to: case).')
        yield finding(draft.place("case_was"), "F016", text, name=named)


def _check_numbering(draft: CheckedForm, question: Question, path: FormPath) -> Iterator[Finding]:
    """Codes can begin anew for each record that a link leads to, and for nothing else."""
    within, links = (
        question.numbered_within,
        [other.name for other in draft.form.questions.values() if other.link_target()],
    )
    if within is not None and within not in links:
        text = msgid('"%(name)s" is no link of this form%(hint)s')
        yield finding(draft.place(*path, "within"), "F016", text, name=within, hint=suggest_word(within, links))


def _unknown_form(place: FilePlace, code: str, name: str, known: Iterable[str]) -> Finding:
    return finding(place, code, UNKNOWN_FORM, name=name, hint=suggest_word(name, known))


def _with_new_name(found: Finding, new_names: Mapping[str, str]) -> Finding:
    """What names a form by the name it had before is told its new one."""
    now = new_names.get(str(found.message.values.get("name")))
    if found.message.text != UNKNOWN_FORM or now is None:
        return found
    hint = Message('; it is called "%(now)s" now.', {"now": now})
    return Finding(found.place, found.code, Message(UNKNOWN_FORM, {**found.message.values, "hint": hint}))


def _missing_part_findings(reading: FolderReading) -> Iterator[Finding]:
    """The files of which every organisation needs one, and that are not there."""
    for part in NEEDED_PARTS:
        if part not in reading.sources:
            place = FilePlace(f"{reading.folder}/{part}.yaml", 1)
            yield finding(place, "F062", MISSING_PART_MESSAGES[part], file=PurePath(place.file).name)


def _roles_findings(reading: FolderReading) -> Iterator[Finding]:
    roles, forms = reading.parts.get(ROLES), reading.names("form")
    for position, role in enumerate(roles.roles if isinstance(roles, Roles) else ()):
        for name in role.may:
            if name != EVERY_OTHER_FORM and name not in forms:
                place = reading.sources[ROLES].place(("roles", position, "may", name))
                yield _unknown_form(place, "F019", name, forms)


def _menu_findings(reading: FolderReading) -> Iterator[Finding]:
    menu, forms = reading.parts.get(MENU), reading.names("form")
    if not isinstance(menu, Menu):
        return
    source = reading.sources[MENU]
    for g, group in enumerate(menu.menu):
        for e, entry in enumerate(group.entries):
            if entry not in forms:
                yield _unknown_form(source.place(("menu", g, "entries", e)), "F019", entry, forms)
    for name in sorted(forms - menu.forms()):
        text = msgid('The form "%(name)s" stands in no part of the menu; add it.')
        yield finding(source.place(), "F023", text, name=name)


def _check_file_names(reading: FolderReading) -> Iterator[Finding]:
    """Files that are looked for by the name they say, and not found."""
    mixins = {f"mixin:{name}": source for name, source in reading.mixins.items()}
    for part, source in (*mixins.items(), *((part, reading.sources[part]) for part in reading.parts)):
        sort, _, name = part.partition(":")
        if sort in NAME_KEYS and name != PurePath(source.file).stem:
            text = msgid('This file is called otherwise than its "%(key)s: %(name)s"; call it %(name)s.yaml.')
            yield finding(source.place((NAME_KEYS[sort],)), "F036", text, key=NAME_KEYS[sort], name=name)


def _check_unused(reading: FolderReading) -> Iterator[Finding]:
    forms = reading.of(Form)
    questions = [question for form in forms.values() for _, question, _ in walk_questions(form)]
    used = {name for question in questions for name in question.choice_lists()}
    for name in sorted(reading.names("choices") - used):
        text = msgid('No question uses the choice list "%(name)s"; use it or remove the file.')
        yield finding(reading.sources[f"choices:{name}"].place(), "F024", text, name=name)
    files = {file for part in forms for file in reading.sources[part].files}
    for name, source in sorted(reading.mixins.items()):
        if source.file not in files:
            text = msgid('No form uses the mixin "%(name)s"; use it or remove the file.')
            yield finding(source.place(), "F024", text, name=name)
