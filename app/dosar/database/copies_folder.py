"""Where whole copies of the database lie, and whether the key opens one."""

from pathlib import Path

from sqlcipher3 import dbapi2 as sqlcipher

from dosar.database.page_key import give_page_key

COPIES_FOLDER = "copies"
OLD_KEY_FOLDER = "old-key"
"""Apart from the other copies: by those a damaged database is told from a wrong key."""
BEFORE_UPDATE_FOLDER = "before-update"
"""The database as it was when a new version of Dosar opened it first."""
BEFORE_RESTORE_FOLDER = "before-restore"
"""What was there when a back-up was restored over it."""
UNFINISHED_PREFIX = ".unfinished-"
"""How the name of a copy begins until all of it is there: a kill in the middle leaves no copy that looks whole."""
DATABASE_FILE = "dosar.db"


def newest_copy(data: Path) -> Path | None:
    """The database in the newest whole copy beside the data; their folders are named by the moment."""
    found = [file for file in (data / COPIES_FOLDER).glob(f"*/{DATABASE_FILE}") if file.parent.name[0] != "."]
    return max(found, default=None, key=lambda file: file.parent.name)


def is_opened_by(file: Path, key: bytes) -> bool:
    """Whether the key opens this database; nothing is written, not even beside it."""
    try:
        opened = sqlcipher.connect(f"{file.absolute().as_uri()}?mode=ro&immutable=1", uri=True)
        try:
            give_page_key(opened, key)
            opened.execute("SELECT count(*) FROM sqlite_master").fetchone()
        finally:
            opened.close()
    except sqlcipher.DatabaseError:
        return False
    return True
