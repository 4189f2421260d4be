"""The disk is full, or nothing may be written: it is said as such, and all that was kept is still there."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Engine, event

from dosar.database.store_errors import DiskFull, StoreNotWritable, StoreReadOnly
from dosar.records.unsaved import drafts
from dosar.records.unsaved.drafts import DraftPlace
from tests.records.offices import Office

LONG = "Povestea ei, pe larg. " * 20_000
REFUSE = """
CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100'; END $$;
CREATE TRIGGER no_room BEFORE INSERT ON dosar_draft FOR EACH ROW EXECUTE FUNCTION no_room();
"""


def fill(engine: Engine) -> None:
    """From now on there is no room for another page."""
    if engine.dialect.name == "postgresql":
        with engine.begin() as connection:
            connection.exec_driver_sql(REFUSE)
        return

    def no_more(connection: Any, *_: Any) -> None:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count={pages}")

    event.listen(engine, "checkout", no_more)


def forbid_writing(engine: Engine) -> Callable[..., None]:
    """From now on everything is only read; returns what listens to that."""
    said = "SET default_transaction_read_only = on" if engine.dialect.name == "postgresql" else "PRAGMA query_only=ON"

    def no_more(connection: Any, *_: Any) -> None:
        connection.execute(said)
        connection.commit()

    event.listen(engine, "checkout", no_more)
    return no_more


@pytest.mark.parametrize(("happens", "refusal"), [(fill, DiskFull), (forbid_writing, StoreReadOnly)])
def test_what_cannot_be_kept_is_refused_as_such(
    trusted: Office,
    happens: Callable[[Engine], Any],
    refusal: type[StoreNotWritable],
) -> None:
    repository, ana = trusted.repository, trusted.people["ana"]
    repository.session.remove()
    happens(repository.store.engine)
    for _ in range(2):
        with pytest.raises(refusal):
            drafts.keep_draft(repository, ana, DraftPlace("visit", trusted.ion), [("story", LONG)])
    assert trusted.open("case", trusted.ion).answers["last_name"] == "Țîrcă"
    assert drafts.drafts_of_worker(repository, ana) == []
