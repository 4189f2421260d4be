"""After an upgrade: whether every table has the rows it had before."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, column, func, inspect, select, table

from dosar.language.text.message import Message

OWN_PREFIXES, ROWS_MARK = ("dosar_", "ab_"), "__"
"""The tables of Dosar itself; all others hold what people entered, in ``form`` and, of rows, in ``form__question``."""
MAY_SHRINK: Mapping[str, str] = {
    "dosar_session": "sessions that are over are forgotten",
    "dosar_draft": "two drafts of one sheet, on two faces, become one",
    "dosar_once": "which pages were sent already is remembered for a while",
    "dosar_word": "the search index is made anew of the answers",
    "ab_permission": "what roles may do is read anew from the forms",
    "ab_permission_view": "what roles may do is read anew from the forms",
    "ab_permission_view_role": "what roles may do is read anew from the forms",
    "ab_view_menu": "what roles may do is read anew from the forms",
    "ab_role": "what roles may do is read anew from the forms",
}
"""Of Dosar's own tables, those that an upgrade may leave with fewer rows, and why."""


@dataclass(frozen=True)
class RowDifference:
    """A table that has not the rows it should have."""

    table: str
    before: int
    after: int

    @property
    def message(self) -> Message:
        """The same in words."""
        return Message(
            "Table %(table)s had %(before)s rows before the update and has %(after)s now.",
            {"table": self.table, "before": self.before, "after": self.after},
        )


def count_rows(connection: Connection) -> dict[str, int]:
    """The rows of every table."""
    names = sorted(inspect(connection).get_table_names())
    return {
        name: connection.scalar(select(func.count()).select_from(table(name, column("rowid")))) or 0 for name in names
    }


def row_differences(
    before: Mapping[str, int], after: Mapping[str, int], renamed: Mapping[str, str]
) -> Iterator[RowDifference]:
    """What an upgrade must not have done; ``renamed`` says what the forms that got another name are called now."""
    for name, rows in before.items():
        now = after.get(name)
        if not now and _name_now(name, renamed) in after:
            now = after[_name_now(name, renamed)]
        if not _is_allowed(name, rows, now or 0):
            yield RowDifference(name, rows, now or 0)


def _is_allowed(name: str, before: int, after: int) -> bool:
    """Dosar's own tables and the rows of answers may grow; nobody's records become more or fewer."""
    if name.startswith(OWN_PREFIXES):
        return after >= before or name in MAY_SHRINK
    return after >= before if ROWS_MARK in name else after == before


def _name_now(name: str, renamed: Mapping[str, str]) -> str:
    form, mark, rows = name.partition(ROWS_MARK)
    return f"{renamed.get(form, form)}{mark}{rows}"
