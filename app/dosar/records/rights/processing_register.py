"""The register of processing (GDPR art. 30), made from the forms: for each, what it is for and on which ground, about
whom, which kinds of data, who sees, writes and gets them, for how long; accounts, audit log and back-ups besides."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from dosar.language.form import CASE_FORM, Form
from dosar.language.organisation.menu import Menu
from dosar.language.organisation.roles import RecordAction, Role, Roles
from dosar.language.privacy.data_subjects import (
    BENEFICIARIES,
    OTHERS,
    WORKERS,
    data_subjects,
    is_kept_with_case,
    questions_and_columns,
)
from dosar.language.question import Question
from dosar.language.text.message import msgid
from dosar.language.text.texts import Text, text_in_language
from dosar.language.text.translations import translated_word

KINDS_OF_DATA = {
    "identity": msgid("identity and contact"),
    "health": msgid("health (special category, art. 9)"),
    "legal": msgid("proceedings (art. 10)"),
    "story": msgid("what the person went through; it may tell of sex life, health or origin (art. 9)"),
}
OTHER_DATA = msgid("other data (%(count)s questions)")
CASES_OF_ROLE = {"own": msgid("own cases"), "team": msgid("cases of her teams"), "all": msgid("all cases")}
KINDS_SEEN = {
    "identity": msgid("identity"),
    "health": msgid("health"),
    "legal": msgid("legal matters"),
    "story": msgid("the person's story"),
}
NOTHING_SENSITIVE = msgid("no sensitive answers")
RECORDS_NAMING_HER = msgid("only records that name her")
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
BACKUPS = msgid("Back-ups")
BACKUPS_PURPOSE = msgid("To bring the data back when a computer is lost, broken or scrambled.")
BACKUPS_BASIS = msgid("Legal obligation to be able to restore the data (GDPR art. 6(1)(c), art. 32(1)(c)).")
BACKUPS_DATA = msgid("everything that this register names, encrypted")
BACKUPS_KEPT = msgid("the last of %(days)s days, %(weeks)s weeks and %(months)s months")
NO_PLACE = msgid("no place is set up yet")
SERVER_ELSEWHERE = msgid("to be filled in by the organisation: where the server stands that keeps back-ups")


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
    """The roles that see it, each with whose cases and which sensitive answers."""
    written_by: Sequence[str]
    """The roles that enter or correct it."""
    taken_by: Sequence[str]
    """The roles that may take its lists along as files."""
    kept: Sequence[str]


@dataclass(frozen=True)
class Installation:
    """What the register says of this organisation's own Dosar."""

    audit_years: int
    place_kinds: Sequence[str] = ()
    """The kinds of places where back-ups go, as msgids."""
    has_server_place: bool = False
    """Whether one of them is a server of somebody."""
    backups_kept: tuple[int, int, int] = (7, 5, 12)
    """Of how many days, weeks and months the last one is kept."""


def processing_register(
    forms: Mapping[str, Form], roles: Roles, menu: Menu, language: str, installation: Installation
) -> list[Processing]:
    """Every form that holds data of persons, in the order of the files, the accounts and the back-ups."""
    listed = [_processing(forms, form, roles, menu, language) for form in forms.values() if data_subjects(forms, form)]
    beside = [_accounts(roles, language, installation.audit_years), _backups(roles, language, installation)]
    return [*listed, *beside]


def _processing(forms: Mapping[str, Form], form: Form, roles: Roles, menu: Menu, language: str) -> Processing:
    said = {name: text_in_language(_said(form, menu, name), language) for name in TEXTS_OF_FORM}
    outside = sorted({text_in_language(forms[target].title, language) for target in _recipients(forms, form)})
    return Processing(
        text_in_language(form.plural or form.title, language),
        said["purpose"],
        said["legal_basis"],
        [translated_word(words, language) for words in data_subjects(forms, form)],
        _kinds_of_data(form, language),
        [*filter(None, [said["recipients"]]), *outside],
        said["transfers"] or translated_word(NO_TRANSFER, language),
        [_role_text(role, form, language) for role in _roles_that(roles, form, "see")],
        [text_in_language(role.title, language) for role in _roles_that(roles, form, "enter", "correct")],
        [text_in_language(role.title, language) for role in _roles_that(roles, form, "export")],
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
    kept %= {"years": audit_years}
    return Processing(title, purpose, basis, [persons], [data], [], transfers, watch, [], [], [kept])


def _backups(roles: Roles, language: str, installation: Installation) -> Processing:
    """Whoever keeps the places holds the data, though nobody there can read them."""
    transfer = SERVER_ELSEWHERE if installation.has_server_place else NO_TRANSFER
    said = [
        translated_word(words, language)
        for words in (BACKUPS, BACKUPS_PURPOSE, BACKUPS_BASIS, BACKUPS_DATA, transfer, BACKUPS_KEPT)
    ]
    title, purpose, basis, data, transfers, kept = said
    persons = [translated_word(words, language) for words in (BENEFICIARIES, OTHERS, WORKERS)]
    places = [translated_word(kind, language) for kind in installation.place_kinds or (NO_PLACE,)]
    makers = [text_in_language(role.title, language) for role in roles.roles if "organisation" in role.pages]
    kept %= dict(zip(("days", "weeks", "months"), installation.backups_kept, strict=True))
    return Processing(title, purpose, basis, persons, [data], places, transfers, [], makers, [], [kept])


def _kinds_of_data(form: Form, language: str) -> list[str]:
    """Each kind with the questions that ask for it; of what is not sensitive, how many ask for it."""
    asked = [question for question, _ in questions_and_columns(form) if question.asks]
    said = [_kind_of_data(kind, words, asked, language) for kind, words in KINDS_OF_DATA.items()]
    rest = sum(not question.own_clearances for question in asked)
    return [*filter(None, said), translated_word(OTHER_DATA, language) % {"count": rest}]


def _kind_of_data(kind: str, words: str, asked: Sequence[Question], language: str) -> str:
    labels = [text_in_language(question.label, language) for question in asked if kind in question.own_clearances]
    return f"{translated_word(words, language)}: {', '.join(dict.fromkeys(labels))}" if labels else ""


def _roles_that(roles: Roles, form: Form, *actions: RecordAction) -> list[Role]:
    """Those that may do any of this."""
    return [role for role in roles.roles if not role.actions(form.key).isdisjoint(actions)]


def _cases_of(role: Role, form: Form) -> str | None:
    if form.private_to:
        return RECORDS_NAMING_HER
    return CASES_OF_ROLE.get(role.scope) if is_kept_with_case(form) else None


def _role_text(role: Role, form: Form, language: str) -> str:
    """The role, with how far it reaches into this form."""
    reach = _cases_of(role, form)
    kinds = {kind for question, _ in questions_and_columns(form) for kind in question.own_clearances}
    seen = [words for kind, words in KINDS_SEEN.items() if kind in kinds & role.clearances]
    sensitive = seen or ([NOTHING_SENSITIVE] if kinds else [])
    told = [translated_word(reach, language)] if reach else []
    told += [", ".join(translated_word(words, language) for words in sensitive)] if sensitive else []
    title = text_in_language(role.title, language)
    return f"{title} ({': '.join(told)})" if told else title


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
