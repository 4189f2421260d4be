"""What belongs to a case, as the database itself knows it: by its foreign keys.

The forms that run do not tell it all. A form that is not picked today keeps its sheets, a question that was
retired its column; both may come back, and what they name must still be there.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import ColumnClause, Connection, DateTime, Integer, TableClause, column, inspect, table

from dosar.language.form import CASE_FORM

SHEET_OF_ROW, CASE_OF_SHEET = "record_id", "case_id"


@dataclass(frozen=True)
class CaseTable:
    """A table that names cases: of a form's sheets, or of rows on them."""

    name: str
    form: str
    holds_rows: bool
    columns: Sequence[str]
    """The columns that hold the number of a case."""

    @property
    def is_of_case(self) -> bool:
        """Whether what lies in it belongs to one case: a sheet of it, or a row on such a sheet."""
        return CASE_OF_SHEET in self.columns and self.form != CASE_FORM

    @property
    def goes_with_case(self) -> bool:
        """Whether its sheets come and go with their case."""
        return self.is_of_case and not self.holds_rows

    @property
    def links(self) -> Sequence[str]:
        """The columns that hold another case than the one whose file it is."""
        return [name for name in self.columns if self.form != CASE_FORM or name != CASE_OF_SHEET]

    @property
    def sheet(self) -> str:
        """The column with the number of the sheet."""
        return SHEET_OF_ROW if self.holds_rows else "id"

    @cached_property
    def table(self) -> TableClause:
        """The table, to be read and written below the forms."""
        about: list[ColumnClause[Any]] = (
            []
            if self.holds_rows
            else [
                column("form_version", Integer),
                column("deleted_at", DateTime),
                column("deleted_by", Integer),
            ]
        )
        return table(self.name, column(self.sheet, Integer), *[column(name, Integer) for name in self.columns], *about)


def read_case_tables(connection: Connection) -> list[CaseTable]:
    """Every table of a form, running or not, that names cases."""
    found = []
    for (_, name), keys in inspect(connection).get_multi_foreign_keys().items():
        leads = {key["constrained_columns"][0]: key["referred_table"] for key in keys}
        sheet_of = leads.pop(SHEET_OF_ROW, None)
        columns = sorted(column_name for column_name, target in leads.items() if target == CASE_FORM)
        if columns:
            found.append(CaseTable(name, sheet_of or name, sheet_of is not None, columns))
    return sorted(found, key=lambda case_table: case_table.name)
