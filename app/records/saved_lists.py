"""How a worker likes to see the list of a form: the columns she chose, and filters she saved under a name."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update

from app.language.form import Form
from app.records.cabinet import Cabinet
from app.records.lists import MOST_COLUMNS, Wish, showable
from app.records.system import own_list

MOST = 12
"""More saved lists of one form than anybody looks through; the oldest goes."""
LONGEST_NAME = 80
COLUMNS = ""
"""The name under which the columns are kept."""
_OWN = (
    select(own_list).where(own_list.c.user_id == bindparam("of_user"), own_list.c.form == bindparam("of_form"))
    .order_by(own_list.c.id)
)


@dataclass(frozen=True)
class SavedList:
    """Filters and an order, under a name."""

    id: int
    name: str
    filters: dict[str, str]
    sort: str


@dataclass(frozen=True)
class OwnLists:
    """What a worker keeps about one form's list."""

    columns: tuple[str, ...] = ()
    saved: Sequence[SavedList] = field(default_factory=list)


def own_lists(cabinet: Cabinet, user_id: int, form: str) -> OwnLists:
    """Her columns and saved lists of the form, in one statement."""
    rows = cabinet.session.execute(_OWN, {"of_user": user_id, "of_form": form}).all()
    columns = next((tuple(row.wish["columns"]) for row in rows if row.name == COLUMNS), ())
    return OwnLists(columns, [
        SavedList(row.id, row.name, row.wish["filters"], row.wish["sort"]) for row in rows if row.name != COLUMNS
    ])


def choose_columns(cabinet: Cabinet, user_id: int, form: Form, names: Iterable[str]) -> int:
    """Show these columns from now on, as many as fit; returns how many. None, or the form's own: its own choice.

    ``form`` is the form as she may know it.
    """
    wished = set(names)
    chosen = [name for name in showable(form) if name in wished][:MOST_COLUMNS]
    with cabinet.writing():
        if chosen and chosen != list(form.list):
            _put(cabinet, user_id, form.key, COLUMNS, {"columns": chosen})
        else:
            cabinet.session.execute(delete(own_list).where(*_of(user_id, form.key, COLUMNS)))
    return len(chosen)


def save_list(cabinet: Cabinet, user_id: int, form: str, name: str, wish: Wish) -> None:
    """Keep the filters and the order of the list under this name, in place of an older list of the same name."""
    with cabinet.writing():
        _put(cabinet, user_id, form, name[:LONGEST_NAME], {"filters": dict(wish.filters), "sort": wish.sort})
        named = select(own_list.c.id).where(
            own_list.c.user_id == user_id, own_list.c.form == form, own_list.c.name != COLUMNS
        )
        for oldest in cabinet.session.scalars(named.order_by(own_list.c.id)).all()[:-MOST]:
            cabinet.session.execute(delete(own_list).where(own_list.c.id == oldest))


def forget_list(cabinet: Cabinet, user_id: int, form: str, list_id: int) -> None:
    """Delete one of her saved lists; nothing happens to anybody else's."""
    with cabinet.writing():
        cabinet.session.execute(delete(own_list).where(
            own_list.c.id == list_id, own_list.c.user_id == user_id, own_list.c.form == form,
            own_list.c.name != COLUMNS,
        ))


def _put(cabinet: Cabinet, user_id: int, form: str, name: str, wish: dict[str, Any]) -> None:
    kept: Any = cabinet.session.execute(update(own_list).where(*_of(user_id, form, name)).values(wish=wish))
    if not kept.rowcount:
        cabinet.session.execute(insert(own_list).values(user_id=user_id, form=form, name=name, wish=wish))


def _of(user_id: int, form: str, name: str) -> tuple[Any, ...]:
    return own_list.c.user_id == user_id, own_list.c.form == form, own_list.c.name == name
