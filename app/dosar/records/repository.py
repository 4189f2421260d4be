"""The repository: the forms that run, their tables, and the session that reads and writes them."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import date
from functools import cached_property
from threading import Lock
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import bindparam, select
from sqlalchemy.orm import scoped_session

from dosar.database.audit.trail import note_opened
from dosar.database.form_tables import FormTables, Record, build_tables
from dosar.database.store import Store
from dosar.language.form import CASE_FORM, Form
from dosar.language.link_scopes import cross_case_targets
from dosar.language.load.definition import Definition
from dosar.language.question_options import Sensitivity
from dosar.language.restriction import CaseRestriction
from dosar.records.case_members import CaseTable, read_case_tables
from dosar.records.daily_limit import DailyLimit
from dosar.records.deadlines.all_days import reckon_all, reckoned_on
from dosar.records.deadlines.changed_sheets import has_changed_sheets, watch_changed_sheets
from dosar.records.deadlines.keeping import keep_in_step
from dosar.records.history.deployed_forms import deployed_form
from dosar.records.history.renamed_questions import RenamedQuestion, read_renamed_questions
from dosar.records.scope.restricted_cases import restricted_since_here
from dosar.records.scope.row_scope import SYSTEM_SCOPE, OutOfReach, Scope, acting_as
from dosar.records.scope.scope_enforcement import ScopedClasses, enforce_scope

MOST_ASKED_IN_A_DAY = 60
"""Persons, or other spellings of one, of whom a worker learns in a day whether they are known elsewhere: more than
anybody files in a day, and too few to try out numbers."""
MOST_EMERGENCIES_IN_A_DAY = 10
"""Case numbers that a worker tries in a day to open a case in an emergency."""
LARGEST_NUMBER = 2**31 - 1
"""The largest number of a record; a longer one in an address is that of none."""


class Repository:
    """Everything the pages need to reach records.

    Every read and write goes through :attr:`session`, where the acting worker's scope is enforced.
    """

    def __init__(self, store: Store, definition: Definition) -> None:
        self.store = store
        self.definition = definition
        self.duplicate_checks = DailyLimit(MOST_ASKED_IN_A_DAY)
        self.emergency_codes = DailyLimit(MOST_EMERGENCIES_IN_A_DAY)
        self.forgets_on_erasure: list[Callable[[], None]] = []
        """What else keeps what somebody typed, and forgets it when a person is erased, in the same transaction."""
        self._statements: dict[Hashable, Any] = {}
        self._made_for_scopes: WeakKeyDictionary[Scope, dict[Hashable, Any]] = WeakKeyDictionary()
        self._known_forms: dict[Hashable, Mapping[str, Form]] = {}
        self._making_tables = Lock()
        self._tables: FormTables | None = None
        self._classes = ScopedClasses()
        self._classes.consents_needed = definition.consents_needed
        enforce_scope(store.session, self._classes)
        watch_changed_sheets(store.session)
        store.before_keeping = self._keep_deadlines

    @property
    def tables(self) -> FormTables:
        """The tables and classes of the forms, made when they are asked for first: the page of the sign-in needs none.

        The scope holds them before anybody else does, so that no statement reaches one beside it.
        """
        return self._tables or self.make_tables()

    def make_tables(self) -> FormTables:
        """Make them now, unless they are there."""
        with self._making_tables:
            if self._tables is None:
                tables = build_tables(self.definition.forms)
                self._classes.by_table, self._tables = tables.classes(), tables
            return self._tables

    @property
    def session(self) -> scoped_session[Any]:
        """This thread's session. The acting worker's scope is in every statement; without one nothing is seen."""
        return self.store.session

    @property
    def forms(self) -> Mapping[str, Form]:
        """Every form that runs, whole, by its key; what a worker may know of them is less."""
        return self.definition.forms

    def forms_known_with(self, clearances: frozenset[Sensitivity]) -> Mapping[str, Form]:
        """Every form without the questions hidden from whoever has these clearances; made once for all who do."""
        if clearances not in self._known_forms:
            self._known_forms[clearances] = {key: form.seen_with(clearances) for key, form in self.forms.items()}
        return self._known_forms[clearances]

    def titles_known_with(self, clearances: frozenset[Sensitivity]) -> Mapping[str, Form]:
        """These forms with nothing but what titles are made of."""
        key = ("titles", clearances)
        if key not in self._known_forms:
            known = self.forms_known_with(clearances)
            self._known_forms[key] = {name: form.with_title_only() for name, form in known.items()}
        return self._known_forms[key]

    @cached_property
    def renamed_questions(self) -> Mapping[str, Sequence[RenamedQuestion]]:
        """What became of renamed and converted questions, for telling old history; read once."""
        return read_renamed_questions(self.session)

    @cached_property
    def cross_case_targets(self) -> frozenset[str]:
        """The forms whose sheets are called by their case too, since other cases point to them."""
        return cross_case_targets(self.forms)

    @cached_property
    def belongings(self) -> Sequence[CaseTable]:
        """The tables that name cases, also those of forms that do not run; read once."""
        return read_case_tables(self.session.connection())

    def form_of_all_times(self, key: str) -> Form:
        """The form with every question that it ever asked."""
        return deployed_form(self.session.connection(), key)

    def writing(self) -> AbstractContextManager[Any]:
        """One transaction that writes: kept whole at the end, or nothing of it."""
        return self.store.writing()

    def _keep_deadlines(self, session: Any) -> None:
        """Bring what is due in step with the sheets that were changed."""
        session.flush()
        if has_changed_sheets(session):
            keep_in_step(session, self.tables, self.definition)

    def reckons_by_these_rules(self) -> bool:
        """Whether what is kept as due was reckoned by the rules of today."""
        return reckoned_on(self.session, self.definition) is not None

    def reckon_deadlines(self, today: date, tell: Callable[[float], None] = lambda done: None) -> bool:
        """Reckon anew all that is due, unless it was today and by these rules; whether it was to be done."""
        return reckon_all(self.store, self.tables, self.definition, today, tell)

    def statement(self, key: Hashable, make: Callable[[], Any]) -> Any:
        """A statement made once and used again, with its values bound by name: to make one takes longer than
        to run it."""
        found = self._statements.get(key)
        if found is None:
            found = self._statements[key] = make()
        return found

    def made_for(self, scope: Scope, key: Hashable, make: Callable[[], Any]) -> Any:
        """What is made once for a scope, and used again for as long as it holds: statements, and what it may know."""
        made = self._made_for_scopes.setdefault(scope, {})
        if key not in made:
            made[key] = make()
        return made[key]

    def record_class(self, form: str) -> type[Record]:
        """The class of a form's records. Raises :class:`OutOfReach` for a form that does not run."""
        try:
            return self.tables.records[form]
        except KeyError:
            raise OutOfReach(form) from None

    def find(self, form: str, record_id: int, with_deleted: bool = False) -> Record:
        """The record. Raises :class:`OutOfReach` when it is missing or not hers to see."""
        record_class = self.record_class(form)
        query = self.statement(
            ("find", form), lambda: select(record_class).where(record_class.id == bindparam("record_id"))
        )
        found: Record | None = self.session.scalars(
            query, {"record_id": record_id}, execution_options={"with_deleted": with_deleted}
        ).one_or_none()
        if found is None:
            raise OutOfReach(form)
        _note_opened(found)
        return found

    def find_with_case(self, form: str, record_id: int, with_deleted: bool = False) -> tuple[Record, Record | None]:
        """The record and the case it belongs to, in one statement; no case for one out of her sight.

        The case file belongs to itself. Raises :class:`OutOfReach`.
        """
        record_class = self.record_class(form)
        if record_class.case_column != "case_id":
            record = self.find(form, record_id, with_deleted)
            return record, record if record_class.case_column else None
        case = self.record_class(CASE_FORM)
        query = self.statement(
            ("find with case", form),
            lambda: (
                select(record_class, case)
                .outerjoin(case, record_class.case_id == case.id)
                .where(record_class.id == bindparam("record_id"))
            ),
        )
        found = self.session.execute(
            query, {"record_id": record_id}, execution_options={"with_deleted": with_deleted}
        ).one_or_none()
        if found is None:
            raise OutOfReach(form)
        _note_opened(found[0])
        return found[0], found[1]

    def case_of(self, form: str, record_id: int) -> int | None:
        """The case of a record, whoever asks: it tells nothing of it. None for a record of no case, or none at all."""
        record_class: Any = self.tables.records.get(form)
        if record_class is None or record_class.case_column is None or not 0 < record_id <= LARGEST_NUMBER:
            return None
        column = getattr(record_class, record_class.case_column)
        with acting_as(SYSTEM_SCOPE):
            found: int | None = self.session.scalar(
                select(column).where(record_class.id == record_id), execution_options={"with_deleted": True}
            )
        return found

    def case(self, case_id: int) -> Record:
        """The case with this id. Raises :class:`OutOfReach` when it is missing or not hers to see."""
        return self.find(CASE_FORM, case_id)

    def case_and_restrictions(
        self, case_id: int, restrictions: Sequence[CaseRestriction]
    ) -> tuple[Record, list[CaseRestriction]]:
        """The case, and which of these restrictions hold for it, in one statement. Raises :class:`OutOfReach`."""
        case: Any = self.record_class(CASE_FORM)
        query = self.statement(
            ("case and restrictions", *(restriction.key for restriction in restrictions)),
            lambda: select(
                case, *[restricted_since_here(restriction, case.__table__.c.id) for restriction in restrictions]
            ).where(case.id == bindparam("record_id")),
        )
        found = self.session.execute(query, {"record_id": case_id}).one_or_none()
        if found is None:
            raise OutOfReach(CASE_FORM)
        _note_opened(found[0])
        held = [(restriction, since) for restriction, since in zip(restrictions, found[1:], strict=True) if since]
        return found[0], [
            replace(restriction, since=since if isinstance(since, date) else None) for restriction, since in held
        ]


def _note_opened(record: Record) -> None:
    case_id = getattr(record, record.case_column) if record.case_column else None
    note_opened(record.form_key, record.id, case_id)
