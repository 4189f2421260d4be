"""The menu a worker sees: the forms her roles may see, then the administration pages they open."""

from dataclasses import dataclass
from functools import lru_cache

from flask import current_app, has_request_context, request, url_for
from flask_babel import gettext, lazy_gettext

from app.access.languages import wording
from app.access.worker import Worker, allowance
from app.language.folder import Definition
from app.language.form import CASE
from app.language.roles import PageName
from app.language.same import Same
from app.language.texts import say

LIST = "/records/{form}"
"""Where the list of a form's records is."""
ALSO = {CASE: ("/cases",)}
"""Pages that count as a form's, elsewhere."""

OVERVIEWS: dict[str, tuple[object, str]] = {"stay": (lazy_gettext("Places and stays"), "ProgrammePage.programme")}
"""Pages that draw a form's records together, each before the form itself."""

ADMINISTRATION: dict[PageName, tuple[object, str]] = {
    "users": (lazy_gettext("Users"), "UsersPage.users"),
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


def menu_for(worker: Worker, definition: Definition) -> list[Group]:
    """Groups without an entry for this worker are left out."""
    groups = [
        Group(title, [entry for form in forms for entry in _of_form(*form)])
        for title, forms in _form_groups(Same(definition), worker.roles, wording())
    ]
    groups.append(Group(gettext("Administration"), _administration(worker)))
    return [group for group in groups if group.entries]


@lru_cache(maxsize=256)
def _form_groups(
    known: Same[Definition], roles: frozenset[str], language: str
) -> list[tuple[str, list[tuple[str, str, str]]]]:
    """The forms these roles see, each with its name and address, in the groups of the menu."""
    forms, rights = known.thing.forms, allowance(known, roles).rights
    return [
        (say(group.title, language), [
            (form.key, say(form.plural or form.title, language), LIST.format(form=form.key))
            for form in map(forms.get, group.entries) if form and "see" in rights.get(form.key, ())
        ])
        for group in known.thing.menu.menu
    ]


def _of_form(key: str, label: str, url: str) -> list[Entry]:
    entry = _entry(label, url, *ALSO.get(key, ()))
    if key not in OVERVIEWS:
        return [entry]
    title, endpoint = OVERVIEWS[key]
    return [_entry(str(title), url_for(endpoint)), entry] if endpoint in current_app.view_functions else [entry]


def _administration(worker: Worker) -> list[Entry]:
    return [
        _entry(str(label), url_for(endpoint))
        for page, (label, endpoint) in ADMINISTRATION.items()
        if page in worker.pages and endpoint in current_app.view_functions
    ]


def _entry(label: str, url: str, *also: str) -> Entry:
    here = f"{request.path}/" if has_request_context() else ""
    return Entry(label, url, any(here.startswith(f"{begin}/") for begin in (url, *also)))
