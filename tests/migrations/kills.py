"""Upgrades an organisation's forms again and again and kills the upgrade each time, at another moment.

Run by itself with a folder and a number of kills; prints what was found after each: ``old`` or ``new``.
It forks, so it must not run threads: that is why it is a program of its own.
"""

import os
import random
import shutil
import signal
import sys
import time
from pathlib import Path

from dosar.database.sealing.answer_columns import BOUND_VERSION
from dosar.database.sealing.sealed_columns import ENVELOPE_VERSION
from dosar.database.store import Store
from dosar.migrations.sealed_answers import bind_sealed_answers
from dosar.migrations.upgrade import last_good_definition, open_forms, preview_upgrade
from dosar.records.repository import Repository
from dosar.records.scope.row_scope import SYSTEM_SCOPE, acting_as
from dosar.records.sheets.save import enter_sheet
from dosar.records.sheets.stored_answers import answers_of
from tests.databases import KEY
from tests.migrations.envelopes import envelopes, unbind_answers
from tests.organisations import CLERK, form, organisation_in

RECORDS = 150
BEFORE = form(
    "visit",
    "name: cost, type: integer",
    "name: town, type: text",
    "name: family, type: table, columns: [{name: who, type: text, label: {en: Who, ro: Cine}}]",
)
AFTER = form(
    "meeting",
    "name: price, type: decimal, was: cost",
    "name: town, type: text, search: true",
    "name: people, was: family, type: table, columns: [{name: name, was: who, type: text, label: {en: Who, ro: Cine}}]",
    head="was: visit\nlist: [town]\nsort: [town]\nappend_only: true",
)
IN_CASE = "belongs_to: case"
INTAKE = form("intake", "name: aim, type: text", "name: school, type: text", head=IN_CASE)
PLAN = form("plan", "name: goal, type: text", head=IN_CASE)
INTAKE_AFTER = form("intake", "name: aim, type: text", head=IN_CASE)
PLAN_AFTER = form("plan", "name: goal, type: text", "name: school, type: text, was: intake.school", head=IN_CASE)


def main(folder: Path, kills: int) -> None:
    data = folder / "data"
    fill(folder, data)
    shutil.copytree(data, folder / "before")
    patience = min(_upgraded_in(folder, data) for _ in range(3))
    for _ in range(kills):
        _start_over(folder, data)
        _kill(folder, data, random.uniform(0, patience * 1.2))
        print(found_in(folder, data), flush=True)


def _start_over(folder: Path, data: Path) -> None:
    shutil.rmtree(data)
    shutil.copytree(folder / "before", data)


def fill(folder: Path, data: Path) -> None:
    store = Store.open(data, key=KEY)
    with organisation_in(store, folder) as ours:
        ours.start(visit=BEFORE, intake=INTAKE, plan=PLAN)
        with store.writing():
            for number in range(RECORDS):
                ours.enter("visit", cost=number, town=f"Sat {number}", family=[{"id": None, "who": "Dan"}])
            case = ours.enter("case", name="Ana")
            enter_sheet(ours.repository, ours.form("intake"), {"school": "Țărm"}, CLERK, case)
            enter_sheet(ours.repository, ours.form("plan"), {}, CLERK, case)
        unbind_answers(store)
        ours.write(visit=None, meeting=AFTER, intake=INTAKE_AFTER, plan=PLAN_AFTER)
    store.close()


def _upgraded_in(folder: Path, data: Path) -> float:
    """How long an upgrade takes that nobody kills."""
    _start_over(folder, data)
    began = time.perf_counter()
    _wait(_upgrade(folder, data))
    return time.perf_counter() - began


def _upgrade(folder: Path, data: Path) -> int:
    child = os.fork()
    if child == 0:
        open_forms(Store.open(data, key=KEY), folder / "forms", converting=True)
        os._exit(0)
    return child


def _kill(folder: Path, data: Path, after: float) -> None:
    child = _upgrade(folder, data)
    time.sleep(after)
    os.kill(child, signal.SIGKILL)
    _wait(child)


def _wait(child: int) -> None:
    os.waitpid(child, 0)


def found_in(folder: Path, data: Path) -> str:
    """Which forms run now; everything else must agree with them."""
    store = Store.open(data, key=KEY)
    try:
        with store.snapshot() as connection:
            assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
        store.open_kept_data_key()
        definition = last_good_definition(store)
        repository = Repository(store, definition)
        is_new = "meeting" in definition.forms
        visits = "meeting" if is_new else "visit"
        assert {value[:1] for *_, value in envelopes(store)} == {BOUND_VERSION if is_new else ENVELOPE_VERSION}
        if not is_new:  # as the next start would, before it reads them
            with store.writing() as session:
                bind_sealed_answers(session.connection())
        with acting_as(SYSTEM_SCOPE):
            answers = [answers_of(repository, repository.find(visits, number + 1)) for number in range(RECORDS)]
            assert answers_of(repository, repository.find("plan" if is_new else "intake", 1))["school"] == "Țărm"
        store.session.remove()
        for number, given in enumerate(answers):
            rows = given["people" if is_new else "family"]
            assert given["price" if is_new else "cost"] == number
            assert rows[0]["name" if is_new else "who"] == "Dan"
        assert (preview_upgrade(store, folder / "forms").steps == []) == is_new
    finally:
        store.close()
    return "new" if is_new else "old"


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
