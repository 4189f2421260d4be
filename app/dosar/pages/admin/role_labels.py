"""The words for what a role may do."""

from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel import gettext, lazy_gettext

from dosar.access.menu import ADMINISTRATION_PAGES
from dosar.language.organisation.roles import Role

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


def action_labels() -> dict[str, str]:
    """What may be done with the records of a form."""
    return {
        "choose": gettext("Choose by title"),
        "see": gettext("See"),
        "enter": gettext("Enter"),
        "correct": gettext("Correct"),
        "delete": gettext("Delete records"),
        "export": gettext("Export"),
    }


def role_facts(role: Role, pages: Iterable[str]) -> list[tuple[str, str]]:
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
