"""``dosar update FILE``: a back-up, the new version beside the present one, and over to it."""

import sys
from collections.abc import Sequence
from pathlib import Path

from dosar.backups.keeping.runs import BEFORE_UPDATE
from dosar.backups.keeping.work import BackupWork, WorkOutcome
from dosar.cli.console.backup_words import made_line
from dosar.cli.console.locale import computer_language, translate_message
from dosar.cli.places import Places, database_url
from dosar.cli.runtime import open_used_store
from dosar.cli.serving.single_instance import is_answering
from dosar.cli.serving.stop_request import ask_to_restart
from dosar.cli.starting.command_options import command_lines
from dosar.cli.starting.options import StartOptions
from dosar.database.installation.lock_file import published_instance
from dosar.database.store import database_file
from dosar.database.store_errors import StoreError
from dosar.database.system_tables import utc_now
from dosar.language.text.message import Message
from dosar.updates.data.kept import KeptData, read_kept_for_this
from dosar.updates.file.archive import UpdateFile, read_update
from dosar.updates.file.troubles import InstalledByPip
from dosar.updates.installing import choose_installed, install_update
from dosar.updates.pip.command_lines import CommandLines
from dosar.updates.pip.pip_facts import PipFacts, pip_facts
from dosar.updates.pip.pip_lines import preparation
from dosar.updates.programs.choice import read_choice
from dosar.updates.programs.program import own_program, running_version
from dosar.updates.work import require_backup


def say_what_runs(places: Places) -> None:
    """Which version runs, how its trial stands, and what to type."""
    own, choice, kept = own_program(), read_choice(), read_kept_for_this(places.data_folder())
    _say(Message("Dosar %(version)s runs here.", {"version": running_version()}))
    for trouble in () if kept is None else kept.troubles():
        _say(trouble)
    if choice is not None and choice.before is not None and choice.runs == own:
        on_trial = Message(
            "It is on trial, and version %(version)s of before is kept until a good day is over. Back to that one, "
            "with the data of before: dosar update --back",
            {"version": choice.before.version},
        )
        _say(on_trial)
    if own is not None:
        _say(Message("To update it, type: dosar update FILE (a file that ends in .dosar-update)"))
        return
    _say_lines(pip_facts(), command_lines(StartOptions(places)))
    if kept is not None:
        say_lines_back(places, kept)


def say_lines_back(places: Places, kept: KeptData) -> None:
    """What leads to the version before, where it was installed into a Python."""
    facts = pip_facts()
    before = preparation(facts, kept.version)
    if before is not None:
        _say(before)
    _say(Message("To go back to version %(version)s with the data of before, type:", {"version": kept.version}))
    _print_lines(command_lines(StartOptions(places)).lines_back(facts, kept.version))


def _print_lines(lines: Sequence[str]) -> None:
    for line in lines:
        print(f"  {line}", flush=True)


def _say_lines(facts: PipFacts, lines: CommandLines) -> None:
    """What somebody types who installed it into a Python."""
    before = preparation(facts)
    _say(Message("It was installed with pip. Make a back-up first: %(line)s", {"line": lines.backup_line(facts)}))
    if before is not None:
        _say(before)
    _say(Message("Then type these lines, with whatever else it is started with:"))
    _print_lines(lines.newest_lines(facts))


def look_at_update(file: Path) -> UpdateFile:
    """Read all of it, and say what it brings. Raises :class:`StoreError`."""
    if own_program() is None:
        raise InstalledByPip
    if not file.is_file():
        raise StoreError("There is no file %(file)s. Name the update, a file that ends in .dosar-update.", file=file)
    found = read_update(file)
    brings = Message(
        "This is the update to version %(version)s for %(system)s, signed by those who publish this Dosar. It takes "
        "%(megabytes)s MB.",
        {
            "version": found.version,
            "system": found.system,
            "megabytes": max(round(found.bytes / 1_000_000), 1),
        },
    )
    _say(brings)
    if found.notes(computer_language()):
        print(found.notes(computer_language()))
    return found


def update_program(places: Places, found: UpdateFile, without_backup: bool) -> None:
    """Do it; what runs goes over. Raises :class:`StoreError`, and nothing was changed."""
    before = own_program()
    if not without_backup:
        _back_up(places)
    _say(Message("The new version is being unpacked, compared with what was signed, and tried."))
    installed = install_update(found.file)
    choose_installed(installed, before, utc_now().isoformat())
    _say(
        Message("Version %(version)s is there, and runs from the next start on.", {"version": installed.version}),
    )
    restart_running(places.data_folder())


def restart_running(data: Path) -> None:
    """Where Dosar runs on the folder, it goes over to the chosen version by itself."""
    instance = published_instance(data)
    if instance is not None and is_answering(instance):
        ask_to_restart(data, instance)
        _say(Message("Dosar runs on the data folder %(folder)s, and goes over to it now.", {"folder": data}))


def _back_up(places: Places) -> None:
    """At every place that is set up; a new computer has nothing yet that could be backed up."""
    data = places.data_folder()
    if not database_url() and not database_file(data).is_file():
        return
    store = open_used_store(data, places.encryption_key(data), database_url())
    try:
        store.open_kept_data_key()
        work = BackupWork(store, data, places.forms_folder())
        if not work.places():
            _say(Message("No place for back-ups is set up, so none is made. The data of before are kept beside them."))
            return
        outcomes = work.run(BEFORE_UPDATE)
    finally:
        store.close()
    _say_outcomes(outcomes)
    require_backup(outcomes)


def _say_outcomes(outcomes: Sequence[WorkOutcome]) -> None:
    for each in outcomes:
        if each.made is not None:
            _say(made_line(each.made.name, each.place.title, each.made.bytes, each.made.seconds))
        if each.trouble is not None:
            print(f"{each.place.title}: {translate_message(each.trouble)}", file=sys.stderr, flush=True)


def _say(message: Message) -> None:
    print(translate_message(message), flush=True)
