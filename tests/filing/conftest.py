"""An organisation with a case, its visits, one note and a ledger, on both databases."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dosar.database.store import Store
from dosar.filing.opening.submissions import correction, new_submission
from dosar.filing.submission import Submission
from dosar.language.question import ReadingContext
from dosar.language.question_options import Sensitivity
from dosar.records.scope.row_scope import SYSTEM_SCOPE, acting_as
from tests.filing.houses import Houses, houses_in
from tests.organisations import CLERK, ROLES, Organisation, form, organisation_in

EVERY_CLEARANCE = frozenset[Sensitivity]({"identity", "health", "legal", "story"})
READING = ReadingContext("ro", CLERK.today)
WHO = "{name: who, type: text, label: {en: Who, ro: Cine}}"
AGE = "{name: age, type: integer, max: 120, label: {en: Age, ro: Vârsta}}"
SAID = "{name: said, type: text, sensitivity: story, label: {en: Said, ro: Spus}}"
DONE = "{name: done, type: integer, check: done < 100, label: {en: Done, ro: Făcut}}"
FILES = {
    "case": form(
        "case",
        "name: last_name, type: text, search: true",
        "name: first_name, type: text, search: true",
        "name: birth_date, type: partial_date",
        head='record_title: "{last_name} {first_name}"\nperson: {names: [[last_name, first_name]], born: birth_date}',
    ),
    "visit": form(
        "visit",
        "name: visited, type: date, required: true",
        "name: in_school, type: yes_no",
        "name: school, type: text, show_if: in_school",
        "name: children, type: integer, warn: children > 9",
        "name: adults, type: integer, check: adults > 0",
        "name: people, type: computed, result: integer, value: children + adults",
        "name: verdict, type: text, written_by: [psychologist]",
        f"name: family, type: table, columns: [{WHO}, {AGE}]",
        head="belongs_to: case",
    ),
    "note": form("note", "name: words, type: text", head="belongs_to: case\none_per_case: true"),
    "plan": form(
        "plan",
        f"name: people, type: table, columns: [{WHO}, {SAID}]",
        f"name: steps, type: table, append_only: true, columns: [{DONE}]",
        head="belongs_to: case",
    ),
    "aid": form("aid", "name: given, type: date", head="belongs_to: case\nappend_only: true"),
    "menu": "menu: [{title: {en: Work, ro: Lucru}, entries: [case, visit, plan, note, aid]}]",
    "roles": ROLES + "  - {role: psychologist, title: {en: Psychologist, ro: Psiholog}}\n"
    "  - {role: assistant, title: {en: Assistant, ro: Asistent}}\n",
}


class Desk:
    """Somebody who files, with every right."""

    def __init__(self, organisation: Organisation) -> None:
        self.organisation = organisation
        self.repository = organisation.repository
        self.case = organisation.enter("case", last_name="Țîrcă", first_name="Ion", birth_date="1998")

    def new(self, form: str, case: bool = True, roles: frozenset[str] | None = None) -> Submission:
        actor = replace(CLERK, roles=roles)
        return new_submission(self.repository, form, actor, READING, self.case if case else None)

    def correction(self, form: str, record_id: int, clearances: frozenset[Sensitivity] = EVERY_CLEARANCE) -> Submission:
        self.repository.session.expire_all()
        known = {key: form.seen_with(clearances) for key, form in self.repository.forms.items()}
        return correction(self.repository, form, record_id, CLERK, READING, known)

    def answers(self, form: str, record_id: int) -> dict[str, Any]:
        return self.organisation.answers(form, record_id)


@pytest.fixture
def desk(founded_store: Store, tmp_path: Path) -> Iterator[Desk]:
    with organisation_in(founded_store, tmp_path) as organisation, acting_as(SYSTEM_SCOPE):
        organisation.start(**FILES)
        assert not [str(found) for found in organisation.opened.findings if found.code != "F034"]
        yield Desk(organisation)


@pytest.fixture
def houses(founded_store: Store, tmp_path: Path) -> Iterator[Houses]:
    with houses_in(founded_store, tmp_path) as houses:
        yield houses
