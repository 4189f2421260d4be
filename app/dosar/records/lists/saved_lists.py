"""How a worker likes to see the list of a form: the columns she chose, and filters she saved under a name."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update

from dosar.database.system_tables import saved_list_table
from dosar.language.form import Form
from dosar.records.lists.list_columns import MAX_LIST_COLUMNS, showable_columns
from dosar.records.lists.list_query import ListQuery
from dosar.records.repository import Repository

MAX_SAVED_LISTS = 12
"""More saved lists of one form than anybody looks through; the oldest goes."""
MAX_LIST_NAME = 80
COLUMNS_ENTRY = ""
"""The name under which the columns are kept."""
_OWN_LISTS = (
    select(saved_list_table)
    .where(saved_list_table.c.user_id == bindparam("of_user"), saved_list_table.c.form == bindparam("of_form"))
    .order_by(saved_list_table.c.id)
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


def own_lists(repository: Repository, user_id: int, form: str) -> OwnLists:
    """Her columns and saved lists of the form, in one statement."""
    rows = repository.session.execute(_OWN_LISTS, {"of_user": user_id, "of_form": form}).all()
    columns = next((tuple(row.wish["columns"]) for row in rows if row.name == COLUMNS_ENTRY), ())
    return OwnLists(
        columns,
        [
            SavedList(row.id, row.name, row.wish["filters"], row.wish["sort"])
            for row in rows
            if row.name != COLUMNS_ENTRY
        ],
    )


def choose_columns(repository: Repository, user_id: int, form: Form, names: Iterable[str]) -> int:
    """Show these columns from now on, as many as fit; returns how many. None, or the form's own: its own choice.

    ``form`` is the form as she may know it.
    """
    wished = set(names)
    chosen = [name for name in showable_columns(form) if name in wished][:MAX_LIST_COLUMNS]
    with repository.writing():
        if chosen and chosen != list(form.list):
            _put_list(repository, user_id, form.key, COLUMNS_ENTRY, {"columns": chosen})
        else:
            _delete_lists(repository, _ids_of_lists(repository, user_id, form.key, COLUMNS_ENTRY))
    return len(chosen)


def save_list(repository: Repository, user_id: int, form: str, name: str, list_query: ListQuery) -> None:
    """Keep the filters and the order of the list under this name, in place of an older list of the same name."""
    with repository.writing():
        _put_list(
            repository,
            user_id,
            form,
            name[:MAX_LIST_NAME],
            {"filters": dict(list_query.filters), "sort": list_query.sort},
        )
        _delete_lists(repository, [kept.id for kept in own_lists(repository, user_id, form).saved[:-MAX_SAVED_LISTS]])


def forget_list(repository: Repository, user_id: int, form: str, list_id: int) -> None:
    """Delete one of her saved lists; nothing happens to anybody else's."""
    with repository.writing():
        hers = {kept.id for kept in own_lists(repository, user_id, form).saved}
        _delete_lists(repository, hers & {list_id})


def _put_list(repository: Repository, user_id: int, form: str, name: str, values: dict[str, Any]) -> None:
    kept = _ids_of_lists(repository, user_id, form, name)
    if kept:
        repository.session.execute(update(saved_list_table).where(saved_list_table.c.id.in_(kept)).values(wish=values))
    else:
        repository.session.execute(insert(saved_list_table).values(user_id=user_id, form=form, name=name, wish=values))


def _ids_of_lists(repository: Repository, user_id: int, form: str, name: str) -> list[int]:
    """Those of her lists that have this name, which lies sealed."""
    rows = repository.session.execute(_OWN_LISTS, {"of_user": user_id, "of_form": form})
    return [row.id for row in rows if row.name == name]


def _delete_lists(repository: Repository, ids: Collection[int]) -> None:
    repository.session.execute(delete(saved_list_table).where(saved_list_table.c.id.in_(sorted(ids))))
