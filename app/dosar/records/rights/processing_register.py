"""The register of processing (GDPR art. 30), made from the forms: for each, what it is for, about whom, which kinds of
data, who sees them, for how long, and how they are kept safe."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from dosar.language.form import CASE_FORM, Form
from dosar.language.organisation.roles import Roles
from dosar.language.privacy.third_persons import is_of_third_person, names_third_person
from dosar.language.question import Question
from dosar.language.text.message import msgid
from dosar.language.text.texts import text_in_language
from dosar.language.text.translations import translated_word

KINDS_OF_DATA = {
    "identity": msgid("identity and contact"),
    "health": msgid("health (special category, art. 9)"),
    "legal": msgid("proceedings (art. 10)"),
    "story": msgid("what the person went through"),
}
OTHER_DATA = msgid("other data")
BENEFICIARIES, OTHERS, WORKERS = msgid("beneficiaries"), msgid("people around them"), msgid("staff and volunteers")
SECURITY = (
    msgid("the database is encrypted, and so are attached files; keys lie apart from the data"),
    msgid("a second factor at sign-in; rights by role, case and kind of data; names by need"),
    msgid("every reading and change is written to a chained log; every change to a history"),
    msgid("two persons erase or make anonymous; copies are encrypted with the key of the data"),
)
NO_TERM = msgid("no term is set in the forms")


@dataclass(frozen=True)
class Processing:
    """One form, as the register has it."""

    title: str
    purpose: str
    persons: Sequence[str]
    data: Sequence[str]
    recipients: Sequence[str]
    """The forms of those outside to whom its answers point: organisations."""
    seen_by: Sequence[str]
    """The roles that see it."""
    kept: Sequence[str]


def processing_register(forms: Mapping[str, Form], roles: Roles, language: str) -> list[Processing]:
    """Every form that holds data of persons, in the order of the files."""
    return [_processing(forms, form, roles, language) for form in forms.values() if _persons(forms, form)]


def security_measures(language: str) -> list[str]:
    """How the data are kept safe: what docs/security.md promises, in short."""
    return [translated_word(measure, language) for measure in SECURITY]


def _processing(forms: Mapping[str, Form], form: Form, roles: Roles, language: str) -> Processing:
    return Processing(
        text_in_language(form.plural or form.title, language),
        text_in_language(form.intro, language) or text_in_language(form.title, language),
        [translated_word(words, language) for words in _persons(forms, form)],
        [translated_word(words, language) for words in _kinds_of_data(form)],
        sorted({text_in_language(forms[target].title, language) for target in _recipients(forms, form)}),
        [text_in_language(role.title, language) for role in roles.roles if "see" in role.actions(form.key)],
        _kept(forms, form, language),
    )


def _every_question(form: Form) -> Iterator[tuple[Question, Question | None]]:
    for question in form.questions.values():
        yield question, None
        yield from ((column, question) for column in question.columns_asked())


def _persons(forms: Mapping[str, Form], form: Form) -> list[str]:
    """Whose data it holds."""
    every = list(_every_question(form))
    found = []
    if form.belongs_to or form.key == CASE_FORM or any(q.link_target() == CASE_FORM for q, _ in every):
        found.append(BENEFICIARIES)
    if is_of_third_person(form) or any(names_third_person(forms, form, q, table) for q, table in every):
        found.append(OTHERS)
    if form.private_to or any(q.link_target() == "user" for q, _ in every):
        found.append(WORKERS)
    return found


def _kinds_of_data(form: Form) -> list[str]:
    kept = {clearance for question, _ in _every_question(form) for clearance in question.own_clearances}
    return [words for key, words in KINDS_OF_DATA.items() if key in kept] + [OTHER_DATA]


def _recipients(forms: Mapping[str, Form], form: Form) -> Iterator[str]:
    """Records of no case and of no person: organisations, facilities, agreements."""
    for question, _ in _every_question(form):
        target = forms.get(question.link_target() or "")
        if target is not None and target.key == "organisation":
            yield target.key


def _kept(forms: Mapping[str, Form], form: Form, language: str) -> list[str]:
    """Sheets of a case are kept as long as it is."""
    case = forms.get(CASE_FORM)
    if case is None or not (form.belongs_to or form.key == CASE_FORM) or not case.retention:
        return [translated_word(NO_TERM, language)]
    return [text_in_language(kept.title, language) for kept in case.retention]
