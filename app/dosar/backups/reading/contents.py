"""How much is in a back-up, as people count: cases, the sheets beside them, and the accounts."""

from collections.abc import Mapping
from dataclasses import dataclass

from dosar.database.users import User
from dosar.language.form import CASE_FORM

NO_SHEETS = ("dosar_", "ab_", "alembic_", "sqlite_")
"""How the names of tables begin that hold no sheets."""
OF_ROWS = "__"
"""What stands in the names of tables with the rows of a sheet."""


@dataclass(frozen=True)
class Contents:
    """Deleted ones count too: they can be brought back."""

    cases: int
    sheets: int
    accounts: int


def contents_of(tables: Mapping[str, int]) -> Contents:
    """Of the rows in each table."""
    sheets = {name: rows for name, rows in tables.items() if not name.startswith(NO_SHEETS) and OF_ROWS not in name}
    cases = sheets.pop(CASE_FORM, 0)
    return Contents(cases, sum(sheets.values()), tables.get(User.__tablename__, 0))
