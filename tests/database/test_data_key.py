"""What is sealed for long stays readable when the organisation moves, and to nobody with the database alone."""

from pathlib import Path

import pytest
from sqlalchemy import select

from dosar.cli.copy import copy_organisation, open_copy_target
from dosar.database.data_key import data_key_table
from dosar.database.store import Store
from dosar.database.store_errors import StoreError, WrongKey
from tests.databases import DATABASES, KEY, fresh_place
from tests.filled import founded_place

OTHER_KEY = bytes(range(1, 33))


@pytest.fixture(params=DATABASES)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    with fresh_place(request.param, tmp_path, like=founded_place(request.param)) as place:
        opened = place.open()
        opened.open_data_key()
        yield opened
        opened.close()


def test_each_purpose_has_a_key_of_its_own_that_stays(store: Store) -> None:
    before = store.purpose_key("audit-mac"), store.purpose_key("totp")
    store.open_data_key()
    assert before == (store.purpose_key("audit-mac"), store.purpose_key("totp"))
    assert len({*before, KEY}) == 3 and {len(key) for key in before} == {32}


def test_the_database_alone_does_not_tell_it(store: Store) -> None:
    with store.snapshot() as connection:
        wrapped = connection.scalar(select(data_key_table.c.wrapped))
    assert len(wrapped) == 1 + 12 + 32 + 16
    assert store._data_key not in wrapped
    store._key = OTHER_KEY
    with pytest.raises(WrongKey, match="does not belong to this database"):
        store.open_data_key()
    store._key = None
    with pytest.raises(StoreError, match="--key-file"):
        store.open_data_key()


def test_it_is_the_same_in_a_new_folder_with_another_key(store: Store, tmp_path: Path) -> None:
    key_file = tmp_path / "keys" / "new.key"
    key_file.parent.mkdir()
    key_file.write_text(OTHER_KEY.hex())
    key_file.chmod(0o600)
    target = open_copy_target(str(tmp_path / "new"), KEY, key_file)
    copy_organisation(store, target, str(tmp_path / "new"))
    target.open_data_key()
    assert target.purpose_key("audit-mac") == store.purpose_key("audit-mac")
    target.close()
    again = Store.open(tmp_path / "new", key=OTHER_KEY)
    again.open_data_key()
    assert again.purpose_key("totp") == store.purpose_key("totp")
    again.close()
