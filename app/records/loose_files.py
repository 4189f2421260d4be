"""Files that came with a sheet which was never saved: looked for at a start, and cleared.

A file stays while anything names it: an answer of whatever form ever ran, a draft, or the history, which tells
what stood there before. The day in between belongs to whoever still has the sheet open.
"""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnClause, Connection, Integer, column, delete, inspect, select, table

from app.language.form import Form
from app.records.planning import ASIDE
from app.records.standing import read_kept, standing_contents, standing_forms
from app.records.system import attachment, draft, history, now

OPEN_FOR = timedelta(days=1)


def clear_loose_files(connection: Connection, running: Mapping[str, Form]) -> int:
    """Remove the files that nothing names; says how many. Mostly the answers of today name every one."""
    loose = set(connection.scalars(select(attachment.c.id).where(attachment.c.at < now() - OPEN_FOR)))
    loose -= _answered(connection, running) if loose else set()
    if not loose:
        return 0
    kept = read_kept(connection)
    ever = standing_forms(kept, standing_contents(kept))
    for named in (_answered(connection, ever), _drafted(connection), _told(connection, ever)):
        loose -= named
    connection.execute(delete(attachment).where(attachment.c.id.in_(sorted(loose))))
    return len(loose)


def _answered(connection: Connection, forms: Mapping[str, Form]) -> set[int]:
    """The files that are answers, in deleted records too, and in columns that were put aside."""
    found: set[int] = set()
    for form in filter(_with_files, forms.values()):
        asked = {question.name for question in form.questions.values() if question.attached}
        there = [one["name"] for one in inspect(connection).get_columns(form.key)]
        for name in (one for one in there if one.partition(ASIDE)[0] in asked):
            number: ColumnClause[int] = column(name, Integer)
            found.update(connection.scalars(select(number).select_from(table(form.key)).where(number.is_not(None))))
    return found


def _with_files(form: Form) -> bool:
    return any(question.attached for question in form.questions.values())


def _drafted(connection: Connection) -> set[int]:
    """Whatever number stands in a box of a draft may be that of a file."""
    return {
        int(text) for boxes in connection.scalars(select(draft.c.boxes)) for _, text in boxes
        if text.isdecimal() and len(text) < 10
    }


def _told(connection: Connection, forms: Mapping[str, Form]) -> set[int]:
    """Whatever number the history of a form with files tells: a question may have had another name."""
    keys = sorted(form.key for form in filter(_with_files, forms.values()))
    told = select(history.c.changes).where(history.c.form.in_(keys))
    return {number for changes in connection.scalars(told) for number in _numbers(changes)}


def _numbers(told: Any) -> Iterator[int]:
    if isinstance(told, int):
        yield told
    elif isinstance(told, dict | list):
        for one in told.values() if isinstance(told, dict) else told:
            yield from _numbers(one)
