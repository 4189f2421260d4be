"""What the roles may do, in words."""

from collections.abc import Iterable, Mapping
from typing import Any

from flask import render_template
from flask_babel import gettext, lazy_gettext

from dosar.access.appbuilder.view import PageView
from dosar.access.authorization import page_route, requires_page
from dosar.access.i18n.languages import request_wording
from dosar.access.menu import ADMINISTRATION_PAGES
from dosar.access.services import access_services
from dosar.access.worker import allowance_of
from dosar.language.organisation.roles import ROLE_ACTIONS, Role
from dosar.language.text.texts import text_in_language

SCOPE_LABELS = {
    "none": lazy_gettext("none"),
    "own": lazy_gettext("one's own"),
    "team": lazy_gettext("those of one's teams"),
    "all": lazy_gettext("all"),
}

CLEARANCE_LABELS = {
    "identity": lazy_gettext("identity"),
    "health": lazy_gettext("health"),
    "legal": lazy_gettext("legal matters"),
    "story": lazy_gettext("the person's story"),
}

PAGE_LABELS: dict[str, object] = {name: label for name, (label, _) in ADMINISTRATION_PAGES.items()}


class RolesPage(PageView):
    """What every role may do by Flask-AppBuilder's tables, read-only: they follow the file, the place to change it."""

    @page_route("/roles", requires_page("roles"))
    def roles(self) -> Any:
        return render_template(
            "admin/roles.html",
            actions=[str(_action_labels()[action]) for action in ROLE_ACTIONS],
            roles=[_role_line(role) for role in access_services().every_role()],
        )


def _role_line(role: Role) -> dict[str, Any]:
    forms, allowance = access_services().definition.forms, allowance_of(access_services(), frozenset({role.role}))
    return {
        "title": text_in_language(role.title, request_wording()),
        "facts": _role_facts(role, allowance.pages),
        "forms": [
            (
                text_in_language(form.title, request_wording()),
                [allowance.may_do(action, key) for action in ROLE_ACTIONS],
            )
            for key, form in forms.items()
            if allowance.rights.get(key)
        ],
    }


def _action_labels() -> dict[str, str]:
    """What may be done with the records of a form."""
    return {
        "choose": gettext("Choose by title"),
        "see": gettext("See"),
        "enter": gettext("Enter"),
        "correct": gettext("Correct"),
        "delete": gettext("Delete records"),
        "export": gettext("Export"),
    }


def _role_facts(role: Role, pages: Iterable[str]) -> list[tuple[str, str]]:
    """Scope, clearances and pages of a role, each with its label."""
    return [
        (gettext("Cases"), str(SCOPE_LABELS[role.scope])),
        (gettext("Sees sensitive answers"), _joined_labels(CLEARANCE_LABELS, role.clearances)),
        (gettext("Types them in without seeing them later"), _joined_labels(CLEARANCE_LABELS, role.enters)),
        (gettext("Administration pages"), _joined_labels(PAGE_LABELS, pages)),
    ]


def _joined_labels(words: Mapping[str, Any], chosen: Iterable[str]) -> str:
    chosen_keys = set(chosen)
    return ", ".join(str(word) for key, word in words.items() if key in chosen_keys) or "–"
