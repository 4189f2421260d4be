"""Where the programs of this account lie: outside of every data folder, one folder for each version."""

import os
from pathlib import Path

from dosar.updates.programs.program import Program

FOLDER_VARIABLE = "DOSAR_PROGRAMS"
UNPACKING_PREFIX, GONE_PREFIX = ".unpacking-", ".gone-"
"""What is not finished, and what is being removed: a kill leaves such folders, and no half version."""


def programs_folder() -> Path:
    """The program store of this account, by the same name as a program in it finds itself: without links on the way,
    such as of a home that was moved to another disk."""
    named = os.environ.get(FOLDER_VARIABLE)
    if named:
        return Path(os.path.realpath(named))
    from platformdirs import user_data_path

    return Path(os.path.realpath(user_data_path("dosar") / "programs"))


def versions_folder() -> Path:
    """Where the versions lie."""
    return programs_folder() / "versions"


def version_folder(version: str) -> Path:
    """Where this version lies, once it is there."""
    return versions_folder() / version


def is_in_store(program: Program) -> bool:
    """Whether an update brought it: what somebody installed by hand is never removed."""
    return Path(program.folder).parent == versions_folder()
