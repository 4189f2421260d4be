"""An organisation with many cases, made once and kept in a folder for temporary files.

The rows go straight into the tables: filing them sheet by sheet would take hours. They are what filing
would have written: answers, sort keys, search words, teams, history.
"""

import os
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from functools import cache
from hashlib import sha256
from itertools import islice
from pathlib import Path
from random import Random
from shutil import rmtree
from time import perf_counter
from typing import Any

from flask import Flask
from sqlalchemy import insert
from sqlcipher3 import dbapi2 as sqlcipher

from dosar import shipped_folder
from dosar.access.accounts.users import UserDetails, add_user
from dosar.access.organisation.settings import Organisation
from dosar.access.services import AccessServices
from dosar.access.tables import role_table, user_role_table, user_table
from dosar.cli.runtime import open_app
from dosar.database.ordering.sort_columns import MAX_SORT_KEY
from dosar.database.sealing.blind_index import code_maker
from dosar.database.store import database_file
from dosar.database.system_tables import history_table
from dosar.database.text import collation
from dosar.language.form import USER_LINK
from dosar.language.load.folder import is_only_advice
from dosar.language.text.collation import sort_key
from dosar.records.finding.search import words_to_index
from dosar.records.repository import Repository
from tests.bench.names import LAST_NAMES, MEN, WOMEN
from tests.bench.sheets import BEGINNING, Columns, Sheets, personal_number, phone

KEY = bytes(range(32))
FILLED = ("organisation", "case", "intake", "visit_report", "humanitarian_aid")
VISITS, ENTRIES, RELATIVES = 5, 10, 2
OWN_CASES = 200
ORGANISATIONS = 20
POOL = 300
PASSWORD = "patru cuvinte lungi deodata"
COORDINATOR, MANAGER = "coordonatoare", "manager"
DAYS = 2400
PERSON = ("code", "last_name", "first_name", "national_id", "phone")
PIECE = 5000


def opened(data: Path, **config: Any) -> Flask:
    """The real application on this data."""
    app, _ = open_app(data, shipped_folder("forms"), KEY, FAB_PASSWORD_HASH_METHOD="scrypt:1024:8:1", **config)
    return app


def manager_count(cases: int) -> int:
    """How many managers lead them: each every so-many-th case."""
    return max(cases // OWN_CASES, 4)


def filled_folder(cases: int) -> Path:
    """The data folder of an organisation with so many cases; made when it is not there yet."""
    folder = Path(tempfile.gettempdir()) / f"dosar-bench-{os.getuid()}-{cases}-{_digest()}"
    if (folder / "complete").exists() and not _refuses(folder):
        return folder
    rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, mode=0o700)
    began = perf_counter()
    _Filling(folder, cases).fill()
    (folder / "complete").touch()
    print(f"Filled {cases} cases in {perf_counter() - began:.0f} s: {folder}")
    return folder


def _refuses(folder: Path) -> bool:
    """Whether the forms have changed in a way that its answers do not allow."""
    app, findings = open_app(folder, shipped_folder("forms"), KEY)
    app.extensions["dosar_repository"].store.close()
    return not is_only_advice(findings)


def _digest() -> str:
    """Of what decides what is filled in. Tables and forms may change: the app upgrades the store as any other."""
    here, records = Path(__file__).parent, Path(__file__).parents[2] / "app/dosar/database/text"
    files = [here / "names.py", here / "sheets.py", here / "filling.py", records / "folding.py"]
    return sha256(b"".join(path.read_bytes() for path in files)).hexdigest()[:12]


class _Filling:
    """Fills the tables of one organisation."""

    def __init__(self, data: Path, cases: int) -> None:
        self.data = data
        self.cases = cases
        self.random = Random(cases)
        self.today = date.today()
        self.opened = [BEGINNING + timedelta(days=int(DAYS * place / cases)) for place in range(cases)]

    def fill(self) -> None:
        app = opened(self.data)
        repository: Repository = app.extensions["dosar_repository"]
        self.managers = self._people(app)
        self.repository, self.dialect = repository, repository.store.engine.dialect
        links = {USER_LINK: self.managers[:20], "organisation": range(1, ORGANISATIONS + 1)}
        self.sheets = {
            key: Sheets(
                repository.forms[key], repository.tables.records[key].__table__, self.dialect, links, self.today
            )  # type: ignore[attr-defined]
            for key in FILLED
        }
        repository.store.engine.dispose()  # not closed: what is put there is sealed by its keys
        with _Bulk(database_file(self.data)) as bulk:
            self._put_all(bulk)
            bulk.connection.execute("DELETE FROM dosar_deadline_state")  # what is due was reckoned without the cases

    def _people(self, app: Flask) -> list[int]:
        """Two people who sign in, and as many more managers as keep ``OWN_CASES`` each."""
        services: AccessServices = app.extensions["dosar_access"]
        with app.app_context():
            with services.store.writing():
                services.update_organisation(Organisation("Asociația Drumul Lin", "ro"))
            for name, role in ((COORDINATOR, "coordinator"), (MANAGER, "case_manager")):
                first = add_user(
                    services, None, UserDetails(name, "Ilinca", name.capitalize(), frozenset({role})), PASSWORD
                )
            others = range(first + 1, first + manager_count(self.cases))
            with services.store.writing() as session:
                role_id = session.scalar(role_table.select().where(role_table.c.name == "case_manager"))
                session.execute(
                    insert(user_table),
                    [
                        {
                            "id": number,
                            "first_name": "Ana",
                            "last_name": LAST_NAMES[number % len(LAST_NAMES)],
                            "username": f"manager{number}",
                            "email": f"manager{number}",
                            "active": True,
                        }
                        for number in others
                    ],
                )
                session.execute(
                    insert(user_role_table),
                    [{"id": number + 1000, "user_id": number, "role_id": role_id} for number in others],
                )
        return [first, *others]

    def _put_all(self, bulk: "_Bulk") -> None:
        bulk.put("organisation", self._plain("organisation", ORGANISATIONS))
        pool = self._pool("case")
        bulk.put("case", self._cases(pool))
        bulk.put(
            "dosar_number",
            [{"form": "case", "question": "code", "year": year, "last": last} for year, last in self.numbers.items()],
        )
        bulk.put("dosar_word", self._words())
        bulk.put("dosar_team", self._teams())
        bulk.put("intake", self._consents())
        bulk.put("visit_report", self._in_cases("visit_report", VISITS, "visit_date"))
        bulk.put("visit_report__family", self._families())
        bulk.put("humanitarian_aid", self._in_cases("humanitarian_aid", ENTRIES, "given_on"))
        bulk.put("dosar_history", self._history())

    def _pool(self, key: str) -> list[Columns]:
        return [self.sheets[key].filled(self.random) for _ in range(POOL)]

    def _stamped(self, key: str, columns: Columns, record_id: int, day: date) -> Columns:
        moment = f"{day.isoformat()} 09:30:00.000000"
        by = self.managers[record_id % len(self.managers)]
        return columns | {
            "id": record_id,
            "form_version": 1,
            "version": 1,
            "created_by": by,
            "created_at": moment,
            "changed_by": by,
            "changed_at": moment,
        }

    def _plain(self, key: str, number: int) -> Iterator[Columns]:
        for record_id, columns in enumerate(self._pool(key)[:number], 1):
            named = {"name": f"Organizația {record_id}", "name__sort": f"organizatia {record_id}"}
            yield self._stamped(key, columns | self._kept(key, named), record_id, BEGINNING)

    def _kept(self, key: str, values: Columns) -> Columns:
        """These values as the columns of the form keep them."""
        sheets = self.sheets[key]
        return {name: sheets.bound(name, value) for name, value in values.items() if name in sheets.processors}

    def _cases(self, pool: Sequence[Columns]) -> Iterator[Columns]:
        self.people: list[tuple[str, ...]] = []
        self.numbers: dict[int, int] = {}
        for record_id, day in enumerate(self.opened, 1):
            columns = self._stamped("case", self.random.choice(pool), record_id, day)
            number = self.numbers[day.year] = self.numbers.get(day.year, 0) + 1
            first = self.random.choice(WOMEN if columns["sex"] == "F" else MEN)
            born, sex = self.sheets["case"].opened("birth_date", columns["birth_date"]), columns["sex"]
            person = (
                f"D-{day.year}-{number:04}",
                self.random.choice(LAST_NAMES),
                first,
                personal_number(self.random, born, sex),
                phone(self.random),
            )
            self.people.append(person)
            yield (
                columns
                | self._kept("case", dict(zip(PERSON, person, strict=True)))
                | self._kept("case", {"last_name__sort": _key(person[1]), "first_name__sort": _key(first)})
                | {
                    "opened_on": day.isoformat(),
                    "previous_name": None,
                    "backup_phone": None,
                    "closed_on": None,
                }
            )

    def _words(self) -> Iterator[Columns]:
        """In the order of the index."""
        form = self.repository.forms["case"]
        code = code_maker(self.dialect)
        rows = sorted(
            {
                (code(word), record_id, sensitivity)
                for record_id, person in enumerate(self.people, 1)
                for word, sensitivity in words_to_index(form, dict(zip(PERSON, person, strict=True)))
            }
        )
        for coded, record_id, sensitivity in rows:
            yield {"form": "case", "word": coded, "record_id": record_id, "sensitivity": sensitivity}

    def _teams(self) -> Iterator[Columns]:
        for record_id, day in enumerate(self.opened, 1):
            manager = self.managers[record_id % len(self.managers)]
            other = self.managers[(record_id * 7 + 1) % len(self.managers)]
            since = {"case_id": record_id, "role": "case_manager", "since": day.isoformat()}
            yield {**since, "user_id": manager, "until": None}
            yield {**since, "user_id": other, "until": (day + timedelta(days=90)).isoformat()}

    def _consents(self) -> Iterator[Columns]:
        """Without one in its case, no visit is filed."""
        given = {"informed_on": BEGINNING, "consent_assistance": True, "consent_on": BEGINNING}
        columns = self.sheets["intake"].columns((), {}) | self._kept("intake", given)
        for record_id, case_id, day in self._dated(1):
            yield self._stamped("intake", columns, record_id, day) | {"case_id": case_id}

    def _in_cases(self, key: str, times: int, dated: str) -> Iterator[Columns]:
        """Sheets of one case lie apart from one another, as over the years they do."""
        pool = self._pool(key)
        for record_id, case_id, day in self._dated(times):
            columns = self._stamped(key, self.random.choice(pool), record_id, day)
            columns["case_id"], columns[dated] = case_id, day.isoformat()
            yield columns

    def _dated(self, times: int) -> Iterator[tuple[int, int, date]]:
        """Record number, case and day."""
        for time in range(times):
            for place, day in enumerate(self.opened):
                yield time * self.cases + place + 1, place + 1, day + timedelta(days=23 * time)

    def _families(self) -> Iterator[Columns]:
        form = self.repository.forms["visit_report"]
        table = form.questions["family"]
        kept: Any = self.repository.tables.rows["visit_report", "family"]
        sheets = Sheets(form, kept.__table__, self.dialect, {}, self.today)
        pool = [sheets.row(table, self.random) for _ in range(POOL)]
        for record_id, case_id, _ in self._dated(VISITS):
            for position in range(RELATIVES):
                columns = dict(self.random.choice(pool), record_id=record_id, case_id=case_id, position=position)
                name = f"{self.random.choice(LAST_NAMES)} {self.random.choice(WOMEN)}"
                columns["name"] = sheets.bound("name", name)
                yield columns

    def _history(self) -> Iterator[Columns]:
        made: list[tuple[str, int, str]] = [
            ("case", 1, "opened_on"),
            ("visit_report", VISITS, "visit_date"),
            ("humanitarian_aid", ENTRIES, "given_on"),
        ]
        changes: Any = history_table.c.changes.type
        for key, times, dated in made:
            for record_id, case_id, day in self._dated(times):
                yield {
                    "form": key,
                    "record_id": record_id,
                    "case_id": case_id,
                    "at": f"{day} 09:30:00.000000",
                    "user_id": self.managers[case_id % len(self.managers)],
                    "action": "entered",
                    "form_version": 1,
                    "changes": changes.process_bind_param({dated: [None, f"{day}"]}, self.dialect),
                }


@cache
def _key(text: str) -> str:
    return sort_key(text)[:MAX_SORT_KEY]


class _Bulk:
    """The database opened for nothing but filling: no journal, indexes made at the end."""

    def __init__(self, file: Path) -> None:
        self.connection = sqlcipher.connect(str(file), isolation_level=None)
        for pragma in (
            f"key=\"x'{KEY.hex()}'\"",
            "journal_mode=OFF",
            "synchronous=OFF",
            "cache_size=-400000",
            "foreign_keys=OFF",
            "temp_store=MEMORY",
            "locking_mode=EXCLUSIVE",
        ):
            self.connection.execute(f"PRAGMA {pragma}")
        self.connection.create_collation(collation.ALPHABETICAL, collation.compare_texts)
        self.indexes: list[str] = []

    def __enter__(self) -> "_Bulk":
        self.connection.execute("BEGIN")
        return self

    def __exit__(self, *_: object) -> None:
        for sql in self.indexes:
            self.connection.execute(sql)
        self.connection.execute("COMMIT")
        self.connection.close()

    def put(self, table: str, rows: Iterable[Columns]) -> None:
        """Put the rows into the table, whose indexes are made anew when everything is in.

        Those that hold a row unique stay: a ledger looks each new row up in them.
        """
        self._drop_indexes(table)
        rows = iter(rows)
        while piece := list(islice(rows, PIECE)):
            names = list(piece[0])
            places = ", ".join("?" * len(names))
            quoted = ", ".join(f'"{name}"' for name in names)
            self.connection.executemany(
                f'INSERT INTO "{table}" ({quoted}) VALUES ({places})', [list(row.values()) for row in piece]
            )

    def _drop_indexes(self, table: str) -> None:
        found = self.connection.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = ? AND sql NOT LIKE '%UNIQUE%'",
            (table,),
        ).fetchall()
        for name, sql in found:
            self.connection.execute(f'DROP INDEX "{name}"')
            self.indexes.append(sql)
