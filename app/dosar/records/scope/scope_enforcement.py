"""The scope of the acting worker put between a session and the record tables: no page can forget it."""

from collections.abc import Iterable, Mapping
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Alias, Table, event
from sqlalchemy.orm import ORMExecuteState, Session, UOWTransaction, with_loader_criteria
from sqlalchemy.sql import visitors
from sqlalchemy.sql.schema import Column

from dosar.database.audit.trail import note_forms
from dosar.database.form_tables import StoredEntry, StoredRow
from dosar.records.scope.consent_checks import ConsentsNeeded, require_consents
from dosar.records.scope.row_scope import OutOfReach, Scope, current_scope
from dosar.records.scope.write_checks import require_allowed_writes


class ScopedClasses:
    """The record classes there are: before they are made, no statement can name one.

    Knows neither the database nor a session: whatever listens to a session factory is held for as long as that lives.
    """

    def __init__(self) -> None:
        self.by_table: Mapping[Table, type[StoredEntry]] = {}
        """Replaced as a whole: others may be looking through it."""
        self.consents_needed: ConsentsNeeded = {}
        """Form → the consents without which its sheets are not written."""


def enforce_scope(session: Any, classes: ScopedClasses) -> None:
    """Narrow all that this session (factory) reads, and refuse what it may not write.

    Reading leaves out what :data:`current_scope` does not see; writing beyond it raises :class:`OutOfReach`.
    """
    narrowing = _NarrowedStatements(classes)
    event.listen(session, "do_orm_execute", narrowing.narrow)

    @event.listens_for(session, "before_flush")
    def refuse(flushing: Session, context: UOWTransaction, instances: Any) -> None:
        require_allowed_writes(flushing, classes.by_table.values())
        require_consents(flushing, classes.consents_needed)


class _NarrowedStatements:
    """Statements with the criteria of a scope. Remembered: making them anew takes longer than reading."""

    def __init__(self, classes: ScopedClasses) -> None:
        self._classes = classes
        self._read_from: WeakKeyDictionary[Any, frozenset[type[StoredEntry]]] = WeakKeyDictionary()
        self._criteria: WeakKeyDictionary[Scope, dict[tuple[type[StoredEntry], bool], Any]] = WeakKeyDictionary()
        self._narrowed: WeakKeyDictionary[Any, WeakKeyDictionary[Scope, dict[bool, Any]]] = WeakKeyDictionary()

    def narrow(self, state: ORMExecuteState) -> None:
        """Let the statement find only what is within reach."""
        touched = self._classes_in(state.statement)
        if not touched:
            return
        note_forms(_forms_of(touched))
        scope = current_scope.get()
        if state.is_orm_statement and state.is_select:
            with_deleted = bool(state.execution_options.get("with_deleted"))
            state.statement = self._narrowed_for(scope, state.statement, touched, with_deleted)
        elif not scope.system:
            raise OutOfReach("records are read through their classes and written one by one")

    def _classes_in(self, statement: Any) -> frozenset[type[StoredEntry]]:
        """The record classes a statement reads; looked for once in a statement that is used again."""
        found = self._read_from.get(statement)
        if found is None:
            classes = self._classes.by_table
            tables = _tables_in(statement, classes)
            found = frozenset(classes[table] for table in tables if table in classes)
            self._read_from[statement] = found
        return found

    def _narrowed_for(
        self, scope: Scope, statement: Any, touched: Iterable[type[StoredEntry]], with_deleted: bool
    ) -> Any:
        known = self._narrowed.setdefault(statement, WeakKeyDictionary()).setdefault(scope, {})
        if with_deleted not in known:
            criteria = [self._criterion(scope, entry_class, with_deleted) for entry_class in touched]
            known[with_deleted] = statement.options(*criteria)
        return known[with_deleted]

    def _criterion(self, scope: Scope, entry_class: type[StoredEntry], with_deleted: bool) -> Any:
        """The same for every statement of a worker."""
        of_scope = self._criteria.setdefault(scope, {})
        key = entry_class, with_deleted
        if key not in of_scope:
            of_scope[key] = with_loader_criteria(entry_class, scope.criterion(entry_class, with_deleted))
        return of_scope[key]


def _forms_of(classes: Iterable[type[StoredEntry]]) -> set[str]:
    return {(found.of if issubclass(found, StoredRow) else found).form_key for found in classes}


def _tables_in(statement: Any, classes: Mapping[Table, type[StoredEntry]]) -> set[Table]:
    """The tables a statement reads. An alias would slip past the criteria of its table's class: joining a
    table twice is done through a sub-query of the class, which the criteria reach."""
    found: set[Table] = set()
    for element in visitors.iterate(statement):
        if isinstance(element, Alias) and element.element in classes:
            raise OutOfReach("an alias of a record table; use a sub-query of its class")
        if isinstance(element, Table):
            found.add(element)
        elif isinstance(element, Column) and isinstance(element.table, Table):
            found.add(element.table)
    return found
