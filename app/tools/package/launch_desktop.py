"""The first lines of the program with the window in a folder without Python."""

if __name__ == "__main__":
    from tools.package.surroundings import restore_library_path

    restore_library_path()
    from dosar.updates.programs.hand_over import hand_over
    from dosar.updates.programs.program import WINDOW

    hand_over(WINDOW)
    from dosar.desktop.entry import run

    raise SystemExit(run())
