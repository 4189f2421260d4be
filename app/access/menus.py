"""The menu a worker sees: the forms her roles may see, then the administration pages they open."""

from dataclasses import dataclass
from functools import lru_cache

from flask import current_app, has_request_context, request, url_for
from flask_babel import gettext, lazy_gettext

from app.access.allowance import Allowance
from app.access.languages import wording
from app.access.worker import Worker
from app.language.folder import Definition
from app.language.form import CASE, Form
from app.language.roles import PageName
from app.language.same import Same
from app.language.texts import say

LIST = "/records/{form}"
"""Where the list of a form's records is."""
ALSO = {CASE: ("/cases",)}
"""Pages that count as a form's, elsewhere."""

OVERVIEW = (lazy_gettext("Places and stays"), "ProgrammePage.programme")
"""The page that draws the stays together, before their own form."""

ADMINISTRATION: dict[PageName, tuple[object, str]] = {
    "users": (lazy_gettext("Users"), "UsersPage.users"),
    "account_history": (lazy_gettext("Account history"), "AccountHistoryPage.history"),
    "roles": (lazy_gettext("Roles"), "RolesPage.roles"),
    "forms": (lazy_gettext("Forms"), "FormsPage.forms"),
    "recycle": (lazy_gettext("Deleted records"), "RecyclePage.deleted"),
    "organisation": (lazy_gettext("Organisation"), "OrganisationPage.organisation"),
}


@dataclass(frozen=True)
class Entry:
    """One line of the menu."""

    label: str
    url: str
    current: bool


@dataclass(frozen=True)
class Group:
    """Lines under one title."""

    title: str
    entries: list[Entry]


class Menu(list[Group]):
    """The menu of some roles with one entry marked; drawn once for all who hold them."""

    drawn = ""

    def keep(self, drawn: str) -> str:
        """The menu as it was drawn, remembered."""
        self.drawn = drawn
        return drawn


@dataclass(frozen=True)
class _Line:
    label: str
    url: str
    also: tuple[str, ...] = ()

    def leads(self, here: str) -> bool:
        """Whether a page is one of those behind the line."""
        return any(here.startswith(f"{begin}/") for begin in (self.url, *self.also))


def menu_for(worker: Worker, definition: Definition) -> Menu:
    """Groups without an entry for this worker are left out."""
    asked = Same(definition), Same(worker.allowance), wording()
    here = f"{request.path}/" if has_request_context() else ""
    current = next((line.url for _, lines in _groups(*asked) for line in lines if line.leads(here)), "")
    return _marked(*asked, current)


@lru_cache(maxsize=4096)
def _marked(known: Same[Definition], held: Same[Allowance], language: str, current: str) -> Menu:
    return Menu(
        Group(title, [Entry(line.label, line.url, line.url == current) for line in lines])
        for title, lines in _groups(known, held, language)
    )


@lru_cache(maxsize=256)
def _groups(known: Same[Definition], held: Same[Allowance], language: str) -> list[tuple[str, list[_Line]]]:
    rights = held.thing.rights
    seen = {key: form for key, form in known.thing.forms.items() if "see" in rights.get(key, ())}
    programme = known.thing.stages.programme
    of_stays = programme.stays.form if programme else ""
    forms = [
        (say(group.title, language), [
            line for key in group.entries if key in seen for line in _of_form(seen[key], key == of_stays, language)
        ])
        for group in known.thing.menu.menu
    ]
    return [group for group in (*forms, (gettext("Administration"), _administration(held.thing))) if group[1]]


def _of_form(form: Form, is_of_stays: bool, language: str) -> list[_Line]:
    line = _Line(say(form.plural or form.title, language), LIST.format(form=form.key), ALSO.get(form.key, ()))
    title, endpoint = OVERVIEW
    drawn = is_of_stays and endpoint in current_app.view_functions
    return [_Line(str(title), url_for(endpoint)), line] if drawn else [line]


def _administration(held: Allowance) -> list[_Line]:
    return [
        _Line(str(label), url_for(endpoint))
        for page, (label, endpoint) in ADMINISTRATION.items()
        if page in held.pages and endpoint in current_app.view_functions
    ]
