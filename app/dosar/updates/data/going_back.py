"""Back to the version before, with the data of before: old and old, or new and new, whatever ends the program.

One renaming decides: that of the file which says what runs. It names the data that have to go back, too, and the
version before, which nobody can start any more without that, puts them in place before it opens them.
"""

import os
import shutil
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from dosar.backups.restoring.swapping import FORMS_FOLDER, link_or_copy, new_stage, swap_in
from dosar.database.copies_folder import BEFORE_RESTORE_FOLDER, DATABASE_FILE, is_opened_by
from dosar.database.installation.erasure_register import REGISTER_FILE
from dosar.database.installation.installation_marker import FOUNDED_FILE
from dosar.database.keys.key_file import SALT_FILE
from dosar.database.keys.key_slots_file import SLOTS_FILE
from dosar.database.keys.opening_log import WRONG_GUESSES_FILE
from dosar.database.store_errors import StoreError
from dosar.language.text.message import msgid
from dosar.long_work.disk_room import disk_errors_in_words
from dosar.updates.data.kept import KeptData, kept_folder, read_kept, remove_kept
from dosar.updates.programs.choice import GoingBack, ProgramChoice, choice_file, handed_back, read_choice, write_choice
from dosar.updates.programs.program import Program, own_program

STAYING = (SLOTS_FILE, SALT_FILE, REGISTER_FILE, FOUNDED_FILE, WRONG_GUESSES_FILE, FORMS_FOLDER)
"""As they are today: the passphrase of today opens the data of then, and who was erased since does not come back."""
ASIDE_END = "-update"
NO_ROOM_BACK = msgid(
    "There is no room in %(folder)s for the way back to the version before. Nothing was changed. Make room, and try "
    "again."
)


class NoWayBack(StoreError):
    """Nothing is kept to go back to."""

    def __init__(self) -> None:
        super().__init__(
            "There is nothing to go back to: the version before and the data of before are kept until the new version "
            "has run well for a day. What was saved before that is in the back-ups (see Operations)."
        )


class OtherKeySince(StoreError):
    """The key of the data was changed after the update."""

    def __init__(self) -> None:
        super().__init__(
            "The data of before the update are encrypted with a key that was changed since, so they cannot take their "
            "place again. Restore the back-up of before the update with its own recovery card."
        )


def way_back(data: Path) -> tuple[Program, KeptData] | None:
    """The version and the data to go back to, where both are there."""
    choice, kept, own = read_choice(), read_kept(data), own_program()
    if choice is None or kept is None or choice.before is None or choice.runs != own:
        return None
    return (choice.before, kept) if choice.before.is_whole() and kept.to == choice.runs.version else None


def go_back(data: Path, key: bytes, moment: datetime) -> Program:
    """From the next start on the version before runs, with the data of before; those of now are kept aside then.

    The key is that of the open data. Raises :class:`StoreError`, and then nothing was changed.
    """
    found, choice = way_back(data), read_choice()
    if found is None or choice is None:
        raise NoWayBack
    _require_key(data, key)
    back = GoingBack(str(data.resolve()), _aside_name(moment))
    with disk_errors_in_words(choice_file().parent, NO_ROOM_BACK):
        write_choice(replace(handed_back(choice), failed="", going_back=back))
    return found[0]


def put_back_data(data: Path, key: bytes, moment: datetime) -> Path:
    """Put the data of before in place now, for a version before that was installed by hand; returns where those of now
    are kept. Nobody else works on the folder. Raises :class:`StoreError`, and then nothing was changed."""
    if read_kept(data) is None:
        raise NoWayBack
    _require_key(data, key)
    return _swap(data, _aside_name(moment))


def finish_going_back(data: Path) -> Path | None:
    """To be called at each start by whoever has the folder, before anything is opened and after an interrupted restore
    was finished: where the data have to go back, they do. Returns where those of now are kept."""
    choice = read_choice()
    if choice is None or choice.runs != own_program():
        return None
    back = choice.going_back if choice.going_back and choice.going_back.data == str(data.resolve()) else None
    name = back.aside if back is not None else _name_of_failed(data, choice)
    if not name:
        return None
    aside = data / BEFORE_RESTORE_FOLDER / name
    if not (aside / DATABASE_FILE).exists() and kept_folder(data).is_dir():
        _swap(data, name)
    remove_kept(data)  # before it is forgotten that they had to go back: a kill leaves nothing that nobody removes
    if back is not None:
        with disk_errors_in_words(choice_file().parent, NO_ROOM_BACK):
            write_choice(replace(choice, going_back=None))
    return aside


def _name_of_failed(data: Path, choice: ProgramChoice) -> str:
    """Of data that a version has opened which never came up with them: nobody can have worked with it, so nothing is
    lost. Empty where there are none."""
    kept = read_kept(data)
    if kept is None or not choice.failed or kept.to != choice.failed or kept.came_up_at:
        return ""
    return _aside_name(datetime.fromisoformat(kept.moment))


def _aside_name(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d-%H%M%S}{ASIDE_END}"


def _require_key(data: Path, key: bytes) -> None:
    if not is_opened_by(kept_folder(data) / DATABASE_FILE, key):
        raise OtherKeySince


def _swap(data: Path, aside: str) -> Path:
    with disk_errors_in_words(data, NO_ROOM_BACK):
        with new_stage(data) as stage:
            link_or_copy(kept_folder(data) / DATABASE_FILE, stage / DATABASE_FILE)
            for name in STAYING:
                if (data / name).exists():
                    _copy(data / name, stage / name)
        return swap_in(data, aside)


def _copy(source: Path, target: Path) -> None:
    """For this account alone."""
    if source.is_dir():
        shutil.copytree(source, target)
    else:
        shutil.copyfile(source, target)
        os.chmod(target, 0o600)
