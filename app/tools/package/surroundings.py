"""What a folder without Python changes in its surroundings, put right before anything is started from it."""

import os

LIBRARY_PATHS = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "LIBPATH")


def restore_library_path() -> None:
    """The browser, and what shows folders, are programs of the system: they take its libraries and not ours."""
    for name in LIBRARY_PATHS:
        before = os.environ.pop(f"{name}_ORIG", None)
        if before is not None:
            os.environ[name] = before
        else:
            os.environ.pop(name, None)
