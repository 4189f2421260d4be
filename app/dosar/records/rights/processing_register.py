"""The register of processing (GDPR art. 30), made from the forms: for each, what it is for and on which ground, about
whom, which kinds of data, who sees and gets them, for how long, and how they are kept safe; the accounts and the audit
log besides."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from dosar.language.form import CASE_FORM, Form
from dosar.language.organisation.menu import Menu
from dosar.language.organisation.roles import Roles
from dosar.language.privacy.data_subjects import WORKERS, data_subjects, is_kept_with_case, questions_and_columns
from dosar.language.text.message import msgid
from dosar.language.text.texts import Text, text_in_language
from dosar.language.text.translations import translated_word

KINDS_OF_DATA = {
    "identity": msgid("identity and contact"),
    "health": msgid("health (special category, art. 9)"),
    "legal": msgid("proceedings (art. 10)"),
    "story": msgid("what the person went through"),
}
OTHER_DATA = msgid("other data")
SECURITY = (
    msgid("the database is encrypted, and so are attached files; keys lie apart from the data"),
    msgid("a second factor at sign-in; rights by role, case and kind of data; names by need"),
    msgid("every reading and change is written to a chained log; every change to a history"),
    msgid("two persons erase or make anonymous; copies are encrypted with the key of the data"),
)
NO_TERM = msgid("no term is set in the forms")
NO_TRANSFER = msgid("no transfer is written in the forms")
ACCOUNTS = msgid("Accounts, sign-ins and the audit log")
ACCOUNTS_PURPOSE = msgid("To let in whom it concerns, and to be able to show who read and changed what.")
ACCOUNTS_BASIS = msgid(
    "Legal obligation to keep the data safe and to prove it (GDPR art. 6(1)(c), art. 5(2), art. 32)."
)
ACCOUNTS_DATA = msgid("name, user name, roles; what was read and changed and when, without its contents")
ACCOUNTS_KEPT = msgid("accounts as long as the history names them; the audit log %(years)s years")
WATCHING_PAGES = frozenset({"users", "account_history", "audit"})


@dataclass(frozen=True)
class Processing:
    """One form, or the accounts, as the register has it."""

    title: str
    purpose: str
    """Empty where neither the form nor its group in the menu says it."""
    legal_basis: str
    persons: Sequence[str]
    data: Sequence[str]
    recipients: Sequence[str]
    """Who outside gets something of it: the form says it, or its answers point to organisations."""
    transfers: str
    """To which countries outside the European Economic Area."""
    seen_by: Sequence[str]
    """The roles that see it."""
    kept: Sequence[str]


def processing_register(
    forms: Mapping[str, Form], roles: Roles, menu: Menu, language: str, audit_years: int
) -> list[Processing]:
    """Every form that holds data of persons, in the order of the files, and the accounts."""
    listed = [_processing(forms, form, roles, menu, language) for form in forms.values() if data_subjects(forms, form)]
    return [*listed, _accounts(roles, language, audit_years)]


def security_measures(language: str) -> list[str]:
    """How the data are kept safe: what docs/security.md promises, in short."""
    return [translated_word(measure, language) for measure in SECURITY]


def _processing(forms: Mapping[str, Form], form: Form, roles: Roles, menu: Menu, language: str) -> Processing:
    said = {name: text_in_language(_said(form, menu, name), language) for name in TEXTS_OF_FORM}
    outside = sorted({text_in_language(forms[target].title, language) for target in _recipients(forms, form)})
    return Processing(
        text_in_language(form.plural or form.title, language),
        said["purpose"],
        said["legal_basis"],
        [translated_word(words, language) for words in data_subjects(forms, form)],
        [translated_word(words, language) for words in _kinds_of_data(form)],
        [*filter(None, [said["recipients"]]), *outside],
        said["transfers"] or translated_word(NO_TRANSFER, language),
        [text_in_language(role.title, language) for role in roles.roles if "see" in role.actions(form.key)],
        _kept_with_case(forms, form, language) or [said["kept_for"] or translated_word(NO_TERM, language)],
    )


TEXTS_OF_FORM = ("purpose", "legal_basis", "recipients", "transfers", "kept_for")


def _said(form: Form, menu: Menu, name: str) -> Text | None:
    """What the form says, or else its group in the menu."""
    said: Text | None = getattr(form, name) or getattr(menu.group_of(form.key), name, None)
    return said


def _accounts(roles: Roles, language: str, audit_years: int) -> Processing:
    """What Dosar itself holds on those who work here."""
    said = [
        translated_word(words, language)
        for words in (ACCOUNTS, ACCOUNTS_PURPOSE, ACCOUNTS_BASIS, WORKERS, ACCOUNTS_DATA, NO_TRANSFER, ACCOUNTS_KEPT)
    ]
    title, purpose, basis, persons, data, transfers, kept = said
    watch = [text_in_language(role.title, language) for role in roles.roles if WATCHING_PAGES & role.pages]
    return Processing(title, purpose, basis, [persons], [data], [], transfers, watch, [kept % {"years": audit_years}])


def _kinds_of_data(form: Form) -> list[str]:
    kept = {clearance for question, _ in questions_and_columns(form) for clearance in question.own_clearances}
    return [words for key, words in KINDS_OF_DATA.items() if key in kept] + [OTHER_DATA]


def _recipients(forms: Mapping[str, Form], form: Form) -> Iterator[str]:
    """Records of no case and of no person: organisations, facilities, agreements."""
    for question, _ in questions_and_columns(form):
        target = forms.get(question.link_target() or "")
        if target is not None and target.key == "organisation":
            yield target.key


def _kept_with_case(forms: Mapping[str, Form], form: Form, language: str) -> list[str]:
    """Sheets of a case are kept as long as it is."""
    case = forms.get(CASE_FORM)
    if case is None or not is_kept_with_case(form):
        return []
    return [text_in_language(kept.title, language) for kept in case.retention]
