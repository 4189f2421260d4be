"""The menu a worker sees: the forms her roles may see, then the administration pages they open."""

from dataclasses import dataclass

from flask import current_app, has_request_context, request, url_for
from flask_babel import gettext, lazy_gettext

from app.access.languages import wording
from app.access.worker import Worker
from app.language.folder import Definition
from app.language.form import CASE, Form
from app.language.roles import PageName
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
        Group(say(group.title, wording()), [
            entry for form in map(definition.forms.get, group.entries) if form and worker.may("see", form.key)
            for entry in _of_form(form)
        ])
        for group in definition.menu.menu
    ]
    groups.append(Group(gettext("Administration"), _administration(worker)))
    return [group for group in groups if group.entries]


def _of_form(form: Form) -> list[Entry]:
    label, endpoint = OVERVIEWS.get(form.key, ("", ""))
    overview = [_entry(str(label), url_for(endpoint))] if endpoint in current_app.view_functions else []
    return [*overview, _entry(_plural(form), LIST.format(form=form.key), *ALSO.get(form.key, ()))]


def _administration(worker: Worker) -> list[Entry]:
    return [
        _entry(str(label), url_for(endpoint))
        for page, (label, endpoint) in ADMINISTRATION.items()
        if page in worker.pages and endpoint in current_app.view_functions
    ]


def _plural(form: Form) -> str:
    return say(form.plural or form.title, wording())


def _entry(label: str, url: str, *also: str) -> Entry:
    here = f"{request.path}/" if has_request_context() else ""
    return Entry(label, url, any(here.startswith(f"{begin}/") for begin in (url, *also)))
