"""A forms folder that a story writes and rewrites, and the database it runs on."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import inspect, select

import dosar.fields  # noqa: F401 - tells the language its kinds of question
from dosar.access.appbuilder.install import create_access_tables
from dosar.database.sealing.answer_columns import open_answer
from dosar.database.store import Store
from dosar.language.form import Form
from dosar.migrations.folder_comparison import OpenedForms
from dosar.migrations.upgrade import open_forms, preview_upgrade
from dosar.records.actor import Actor
from dosar.records.audit_log import AuditEntry, history_entries
from dosar.records.repository import Repository
from dosar.records.scope.row_scope import SYSTEM_SCOPE, acting_as
from dosar.records.sheets.save import correct_sheet, enter_sheet
from dosar.records.sheets.stored_answers import open_sheet

CLERK = Actor(None, "case_manager", date(2026, 11, 22))

CASE = """
form: case
title: {en: Case, ro: Caz}
list: [name]
sort: [name]
sections:
  - title: {en: Case, ro: Caz}
    questions:
      - {name: name, type: text, search: true, label: {en: Name, ro: Nume}}
"""
MENU = "menu: [{title: {en: Work, ro: Lucru}, entries: [case]}]"
ROLES = """
roles:
  - {role: administrator, title: {en: Administrator, ro: Administrator}, pages: [users]}
"""


def form(key: str, *questions: str, head: str = "") -> str:
    """The file of a form with these questions, each written without its label."""
    label = "label: {en: Words, ro: Vorbe}"
    lines = "\n".join(f"      - {{{question}, {label}}}" for question in questions)
    return (
        f"form: {key}\ntitle: {{en: Title, ro: Titlu}}\nplural: {{en: Titles, ro: Titluri}}\n{head}\n"
        f"sections:\n  - title: {{en: Part, ro: Partea}}\n    questions:\n{lines}\n"
    )


@dataclass
class Organisation:
    """An organisation that changes its forms."""

    store: Store
    folder: Path
    opened: OpenedForms = field(init=False)
    repository: Repository = field(init=False)

    def write(self, **files: str | None) -> None:
        """Write these files of the forms folder; ``None`` removes one."""
        for name, text in files.items():
            path = self.folder / f"{name.replace('__', '/')}.yaml"
            path.parent.mkdir(parents=True, exist_ok=True)
            if text is None:
                path.unlink()
            else:
                path.write_text(text, encoding="utf-8")

    def start(self, **files: str | None) -> "Organisation":
        """Start with these files changed."""
        return self._open(files, converting=False)

    def upgrade(self, **files: str | None) -> "Organisation":
        """Run ``dosar upgrade`` with these files changed."""
        return self._open(files, converting=True)

    def _open(self, files: dict[str, str | None], converting: bool) -> "Organisation":
        self.write(**files)
        with self.store.writing() as session:
            create_access_tables(session.connection())
        self.opened = open_forms(self.store, self.folder, converting)
        self.repository = Repository(self.store, self.opened.definition)
        return self

    def plan(self) -> list[str]:
        """What an upgrade would do, in words."""
        return [str(step.message) for step in preview_upgrade(self.store, self.folder).steps if step.message]

    def form(self, key: str) -> Form:
        return self.repository.forms[key]

    def enter(self, key: str, **answers: Any) -> int:
        return enter_sheet(self.repository, self.form(key), answers, CLERK)

    def correct(self, key: str, record_id: int, **answers: Any) -> None:
        version = open_sheet(self.repository, key, record_id).record.version
        correct_sheet(self.repository, self.form(key), record_id, version, answers, CLERK)

    def answers(self, key: str, record_id: int) -> dict[str, Any]:
        self.store.session.remove()
        return open_sheet(self.repository, key, record_id).answers

    def history(self, key: str, record_id: int) -> list[AuditEntry]:
        return history_entries(self.repository, self.form(key), self.repository.find(key, record_id))

    def told(self, code: str) -> list[str]:
        """What the findings of this code say."""
        return [str(found) for found in self.opened.findings if found.code == code]

    def codes(self) -> list[str]:
        """The findings, by code."""
        return [found.code for found in self.opened.findings]

    def columns(self, table: str) -> set[str]:
        """The columns of a table, as they are in the database."""
        with self.store.snapshot() as connection:
            return {column["name"] for column in inspect(connection).get_columns(table)}

    def column(self, table: str, name: str) -> list[Any]:
        """What stands in a column; what lies sealed is opened."""
        from sqlalchemy import column
        from sqlalchemy import table as named

        with self.store.snapshot() as connection:
            kept = connection.scalars(select(column(name)).select_from(named(table)))
            return [opened_answer(value, self.store) for value in kept]


def opened_answer(value: Any, store: Store) -> Any:
    """The text of an answer that lies sealed in the database; any other value as it is."""
    return open_answer(value, store.engine.dialect).decode() if isinstance(value, bytes) else value


@contextmanager
def organisation_in(store: Store, folder: Path) -> Iterator[Organisation]:
    """An organisation with a case form only."""
    with acting_as(SYSTEM_SCOPE):
        ours = Organisation(store, folder / "forms")
        ours.write(case=CASE, menu=MENU, roles=ROLES)
        yield ours
        store.session.remove()
