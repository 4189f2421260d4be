"""The menu a worker sees: the forms her roles may see, then the administration pages they open."""

from dataclasses import dataclass
from functools import lru_cache

from flask import current_app, has_request_context, request, url_for
from flask_babel import gettext, lazy_gettext

from dosar.access.roles.role_union import Allowance
from dosar.access.worker import Worker
from dosar.language.form import CASE_FORM, Form
from dosar.language.identity_cache import IdentityKey
from dosar.language.load.definition import Definition
from dosar.language.organisation.roles import PageName
from dosar.language.text.texts import text_in_language
from dosar.overview.deadlines.known_rules import tells_of_deadlines

LIST_ADDRESS = "/records/{form}"
"""Where the list of a form's records is."""
EXTRA_ADDRESSES = {CASE_FORM: ("/cases",)}
"""Pages that count as a form's, elsewhere."""

OVERVIEW = (lazy_gettext("Places and stays"), "ProgrammePage.programme")
"""The page that draws the stays together, before their own form."""
DUE = (lazy_gettext("Deadlines"), "DuePage.due")
"""The page of all that is due, above the groups of the forms."""

ADMINISTRATION_PAGES: dict[PageName, tuple[object, str]] = {
    "users": (lazy_gettext("Users"), "UsersPage.users"),
    "account_history": (lazy_gettext("Account history"), "AccountHistoryPage.history"),
    "audit": (lazy_gettext("Audit log"), "AuditLogPage.audit"),
    "roles": (lazy_gettext("Roles"), "RolesPage.roles"),
    "forms": (lazy_gettext("Forms"), "FormProblemsPage.forms"),
    "recycle": (lazy_gettext("Deleted records"), "RecycleBinPage.deleted"),
    "rights": (lazy_gettext("Rights of the persons"), "RightsPage.overview"),
    "organisation": (lazy_gettext("Organisation"), "OrganisationPage.organisation"),
}

LOCKING_PAGES: tuple[tuple[object, str, frozenset[PageName]], ...] = (
    (lazy_gettext("Key of the data"), "KeysPage.keys", frozenset({"organisation"})),
    (lazy_gettext("Back-ups"), "BackupsPage.backups", frozenset({"organisation"})),
    (lazy_gettext("Mail"), "MailPage.mail", frozenset({"organisation"})),
    (lazy_gettext("Update"), "UpdatePage.update", frozenset({"organisation"})),
    (lazy_gettext("Lock everything"), "SealPage.seal", frozenset({"organisation", "recycle"})),
)
"""Pages that stand in the menu of whoever opens one of the administration pages named."""


@dataclass(frozen=True)
class MenuEntry:
    """One line of the menu."""

    label: str
    url: str
    current: bool


@dataclass(frozen=True)
class MenuGroup:
    """Lines under one title; those without one stand above the others."""

    title: str
    entries: list[MenuEntry]


class WorkerMenu(list[MenuGroup]):
    """The menu of some roles with one entry marked; drawn once for all who hold them."""

    drawn = ""

    def keep(self, drawn: str) -> str:
        """The menu as it was drawn, remembered."""
        self.drawn = drawn
        return drawn


@dataclass(frozen=True)
class _MenuLine:
    label: str
    url: str
    also: tuple[str, ...] = ()

    def leads(self, path: str) -> bool:
        """Whether a page is one of those behind the line."""
        return any(path.startswith(f"{begin}/") for begin in (self.url, *self.also))


def worker_menu(worker: Worker, definition: Definition, language: str) -> WorkerMenu:
    """Groups without an entry for this worker are left out."""
    keys = IdentityKey(definition), IdentityKey(worker.allowance), language
    path = f"{request.path}/" if has_request_context() else ""
    current = next((line.url for _, lines in _menu_groups(*keys) for line in lines if line.leads(path)), "")
    return _marked_menu(*keys, current)


@lru_cache(maxsize=4096)
def _marked_menu(
    definition_key: IdentityKey[Definition], allowance_key: IdentityKey[Allowance], language: str, current: str
) -> WorkerMenu:
    return WorkerMenu(
        MenuGroup(title, [MenuEntry(line.label, line.url, line.url == current) for line in lines])
        for title, lines in _menu_groups(definition_key, allowance_key, language)
    )


@lru_cache(maxsize=256)
def _menu_groups(
    definition_key: IdentityKey[Definition], allowance_key: IdentityKey[Allowance], language: str
) -> list[tuple[str, list[_MenuLine]]]:
    rights = allowance_key.thing.rights
    seen = {key: form for key, form in definition_key.thing.forms.items() if "see" in rights.get(key, ())}
    programme = definition_key.thing.stages.programme
    of_stays = programme.stays.form if programme else ""
    forms = [
        (
            text_in_language(group.title, language),
            [
                line
                for key in group.entries
                if key in seen
                for line in _form_lines(seen[key], key == of_stays, language)
            ],
        )
        for group in definition_key.thing.menu.menu
    ]
    above = ("", _due_lines(definition_key.thing, allowance_key.thing))
    below = (gettext("Administration"), _administration_lines(allowance_key.thing))
    return [group for group in (above, *forms, below) if group[1]]


def _due_lines(definition: Definition, allowance: Allowance) -> list[_MenuLine]:
    title, endpoint = DUE
    opens = tells_of_deadlines(definition, allowance.rights) and endpoint in current_app.view_functions
    return [_MenuLine(str(title), url_for(endpoint))] if opens else []


def _form_lines(form: Form, is_of_stays: bool, language: str) -> list[_MenuLine]:
    line = _MenuLine(
        text_in_language(form.plural or form.title, language),
        LIST_ADDRESS.format(form=form.key),
        EXTRA_ADDRESSES.get(form.key, ()),
    )
    title, endpoint = OVERVIEW
    drawn = is_of_stays and endpoint in current_app.view_functions
    return [_MenuLine(str(title), url_for(endpoint)), line] if drawn else [line]


def _administration_lines(allowance: Allowance) -> list[_MenuLine]:
    lines = [(label, endpoint, {page}) for page, (label, endpoint) in ADMINISTRATION_PAGES.items()]
    return [
        _MenuLine(str(label), url_for(endpoint))
        for label, endpoint, pages in (*lines, *LOCKING_PAGES)
        if allowance.pages & pages and endpoint in current_app.view_functions
    ]
