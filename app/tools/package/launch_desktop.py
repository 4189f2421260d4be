"""The first lines of the program with the window in a folder without Python."""

if __name__ == "__main__":
    from tools.package.surroundings import restore_library_path

    restore_library_path()
    from dosar.desktop.entry import run

    raise SystemExit(run())
