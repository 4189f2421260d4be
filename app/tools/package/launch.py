"""The first lines of the program ``dosar`` in a folder without Python."""

from multiprocessing import freeze_support

if __name__ == "__main__":
    freeze_support()  # attached files are looked through in a process of its own, which is this program once more
    from tools.package.surroundings import restore_library_path

    restore_library_path()
    from dosar.updates.programs.hand_over import hand_over

    hand_over()  # where another version is chosen, nothing of this one is read any more
    from dosar.cli.entry import run

    raise SystemExit(run())
