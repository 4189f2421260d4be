"""What each role may know and do, read from the organisation's files alone.

This is the oracle's own understanding of ``roles.yaml`` and of the sensitivities in the forms. It shares
no line with the gate, so that a mistake there is not repeated here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from re import findall
from typing import Any, Literal

from ruamel.yaml import YAML

Place = Literal[
    "own",
    "team",
    "foreign",
    "deleted",
    "shared",
    "shared_deleted",
    "own_closed",
    "team_closed",
    "foreign_closed",
    "own_withdrawn",
    "team_withdrawn",
    "foreign_withdrawn",
]
"""Whose a record is: in a case of hers, of a colleague of her team, of strangers; put away (in a case of
hers); in no case at all; in a case that is closed, or in which the consent was withdrawn."""
RESTRICTED_PLACES: tuple[Place, ...] = (
    "own_closed",
    "team_closed",
    "foreign_closed",
    "own_withdrawn",
    "team_withdrawn",
    "foreign_withdrawn",
)

REACHED: dict[str, set[str]] = {
    "none": set(),
    "own": {"own"},
    "team": {"own", "team"},
    "all": {"own", "team", "foreign"},
}
ANYBODY = "anybody"
"""Somebody who has not signed in."""
NEWCOMER = "newcomer"
"""Somebody who has signed in and has no role."""
OWNER = "case_manager"
"""Whom the private records name that are not strangers'."""
SYSTEM_COLUMNS = {
    "id",
    "case_id",
    "record_id",
    "position",
    "form_version",
    "version",
    "created_by",
    "created_at",
    "changed_by",
    "changed_at",
    "deleted_by",
    "deleted_at",
    "to_check",
    "lacking",
    "reverses",
    "reversal_reason",
}


@dataclass(frozen=True)
class Asked:
    """One question, or one column of a table of rows, as the form's file has it."""

    needs: frozenset[str]
    """The clearances one must have to know its answers."""
    conditional: bool
    """Whether other answers may take its answer away."""
    follows: bool
    """Whether Dosar itself answers it: computed, counted, begun with a default."""
    is_file: bool
    writers: frozenset[str]
    """The roles that alone write it; empty when everybody does."""


class Policy:
    """The files of a ``forms`` folder, read plainly."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.roles = {role["role"]: role for role in _read(folder / "roles.yaml")["roles"]}

    @cached_property
    def forms(self) -> dict[str, Any]:
        """The forms by their keys, each with its mixins put in; read when they are first asked for."""
        mixins = {path.stem: _read(path)["sections"] for path in (self.folder / "mixins").glob("*.yaml")}
        found = {}
        for path in sorted(self.folder.glob("*.yaml")):
            contents = _read(path)
            if "form" in contents:
                contents["sections"] = [
                    part
                    for section in contents["sections"]
                    for part in (mixins[section["mixin"]] if "mixin" in section else [section])
                ]
                found[contents["form"]] = contents
        return found

    @cached_property
    def due_forms(self) -> set[str]:
        """The forms on which something is ever due: a sheet of them, or an answer on the one it is counted from."""
        found = set()
        for key, form in self.forms.items():
            for rule in form.get("deadlines", ()):
                begins = rule.get("on", rule.get("after", "")).split(".")[0]
                found.add(rule.get("due", begins if begins in self.forms else key))
        return found

    def actions(self, role: str, form: str) -> set[str]:
        may = self.roles.get(role, {}).get("may", {})
        return set(may.get(form, may.get("*", ()))) if form in self.forms else set()

    def clearances(self, role: str) -> set[str]:
        return set(self.roles.get(role, {}).get("clearances", ()))

    def writes(self, role: str) -> set[str]:
        """The sensitivities of what the role may type into a new record."""
        return self.clearances(role) | set(self.roles.get(role, {}).get("enters", ()))

    def pages(self, role: str) -> set[str]:
        return set(self.roles.get(role, {}).get("pages", ()))

    def reaches(self, role: str, form: str, place: Place) -> bool:
        """Whether a record of this form and place exists for the role."""
        if "see" not in self.actions(role, form):
            return False
        if self.forms[form].get("private_to") and (role != OWNER or place == "foreign"):
            return False
        if place in ("deleted", "shared_deleted") and "delete" not in self.actions(role, form):
            return False
        if not self.in_case(form):
            return True
        return self.reaches_case(role, "own" if place == "deleted" else place)

    def names(self, role: str, form: str, place: Place) -> bool:
        """Whether a record may be pointed to: what the role reaches, and what it may choose by its title."""
        chosen = "choose" in self.actions(role, form) and place in ("own", "team", "foreign", "shared")
        return self.reaches(role, form, place) or (
            chosen and (not self.in_case(form) or self.reaches_case(role, place))
        )

    def titled_by(self, form: str) -> set[str]:
        """The questions that the titles of a form's records are made of."""
        return set(findall(r"{(\w+)}", self.forms[form].get("record_title", "")))

    def in_case(self, form: str) -> bool:
        return form == "case" or "belongs_to" in self.forms[form]

    def reaches_case(self, role: str, place: str) -> bool:
        whose, _, state = place.partition("_")
        if place in RESTRICTED_PLACES and role not in self.restriction(state).get("seen_by", [role]):
            return False
        return whose in REACHED[self.roles.get(role, {}).get("scope", "none")]

    @cached_property
    def _restrictions(self) -> dict[str, dict[str, Any]]:
        return {
            said["restriction"].rpartition("_")[2]: {**said, "form": key}
            for key, form in self.forms.items()
            for said in form.get("restricts", ())
        }

    def restriction(self, state: str) -> dict[str, Any]:
        """What its file says of the restriction that puts a case into this state, and the form."""
        return self._restrictions[state]

    def is_written(self, form: str, place: str, role: str) -> bool:
        """Whether sheets of the form are written in a case of this place, by a role that may."""
        if place not in RESTRICTED_PLACES:
            return True
        said = self.restriction(place.partition("_")[2])
        return form in said["written"] and self.writes_in(place, role)

    def writes_in(self, place: str, role: str) -> bool:
        """Whether the role does more than read in a case of this place."""
        said = self.restriction(place.partition("_")[2]) if place in RESTRICTED_PLACES else {}
        return role in said.get("written_by", [role])

    def restricts(self, form: str, question: str) -> bool:
        """Whether an answer to the question may restrict the case, or gives or ends a consent that sheets need."""
        declared = self.forms[form]
        return any(said["question"] == question for said in declared.get("restricts", ())) or any(
            question in (said["given"], said.get("lasts_until"), *said.get("ended_by", ()))
            for said in declared.get("consents", ())
        )

    @cached_property
    def asked(self) -> dict[tuple[str, str], Asked]:
        """(form, question) and (form, table.column) → what is asked there."""
        found: dict[tuple[str, str], Asked] = {}
        for key, form in self.forms.items():
            for section in form["sections"]:
                for question in section["questions"]:
                    around = "show_if" in section
                    found[key, question["name"]] = _asked(question, frozenset(), around, form.get("written_by", ()))
                    for column in question.get("columns", ()):
                        table = found[key, question["name"]]
                        found[key, f"{question['name']}.{column['name']}"] = _asked(
                            column, table.needs, table.conditional
                        )
        return found

    @cached_property
    def only_added(self) -> set[tuple[str, str]]:
        """(form, table) whose rows stay as they are once they are kept."""
        return {
            (key, question["name"])
            for key, form in self.forms.items()
            for section in form["sections"]
            for question in section["questions"]
            if question.get("append_only")
        }

    @cached_property
    def searched(self) -> set[tuple[str, str]]:
        """(form, question) of the answers that records are found by."""
        return {
            (key, question["name"])
            for key, form in self.forms.items()
            for section in form["sections"]
            for question in section["questions"]
            if question.get("search")
        }

    def hidden(self, role: str, form: str) -> list[str]:
        """The questions of the form whose answers the role may not know."""
        return [
            name
            for (key, name), asked in self.asked.items()
            if key == form and not asked.needs <= self.clearances(role)
        ]


def _read(path: Path) -> Any:
    return YAML(typ="safe", pure=True).load(path)


BEGINS = {"default", "from_case", "from_last", "carry"}
"""What lets a new sheet begin with an answer."""


def _asked(
    question: dict[str, Any],
    around: frozenset[str],
    conditional: bool,
    writers: Sequence[str] = (),
) -> Asked:
    sensitivity = question.get("sensitivity", "identity" if question["type"] == "personal_number" else None)
    return Asked(
        around | {sensitivity} if sensitivity else around,
        conditional or "show_if" in question,
        question["type"] in ("computed", "code") or bool(BEGINS & set(question)),
        question["type"] in ("file", "image"),
        frozenset(question.get("written_by", writers)),
    )
