"""The data opened for a program that shows pages: at its start, and whenever somebody types the passphrase again."""

import sys
import webbrowser
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Thread
from time import sleep
from typing import TYPE_CHECKING, Any

from dosar.access.organisation.set_up_code import SetUpCode
from dosar.cli.console.locale import computer_language, translate_message
from dosar.cli.console.troubles import translate_trouble
from dosar.cli.places import database_url
from dosar.cli.starting.after_first_page import make_tables_soon
from dosar.cli.starting.demo_filing import FilingBeside
from dosar.cli.starting.garbage import garbage_collection_paused
from dosar.cli.starting.greeting import Greeting
from dosar.cli.starting.opening_lines import OpeningLines
from dosar.cli.starting.options import StartOptions
from dosar.database.installation.installation_marker import end_beginning, is_founded, mark_beginning
from dosar.database.store_errors import StoreError
from dosar.language.text.message import Message, msgid
from dosar.updates.programs.trial import note_opening

if TYPE_CHECKING:
    from flask import Flask

    from dosar.access.sealed.vault import Vault
    from dosar.backups.restoring.restore_work import RestoreWork
    from dosar.database.keys.master_key import MasterKeyPlace
    from dosar.language.load.finding import Finding

LAST_LOOK_SECONDS = 3.0
"""So long the page that looks again every second shows why Dosar cannot start."""
LOADING = msgid("The program is being loaded.")


class Opening:
    """Opens the data of one running program, and remembers what a second opening must not do again."""

    def __init__(
        self,
        options: StartOptions,
        place: "MasterKeyPlace",
        begins: bool,
        instance: str,
        restart: Callable[[], None],
    ) -> None:
        self.options, self.place = options, place
        self._restart = restart
        self.failures: list[Exception] = []
        """What ended the start: nobody could try again."""
        self._begins, self._is_new_organisation = begins, options.new_organisation
        self._instance = instance
        self._set_up_code = SetUpCode()
        """The code of this start, whether anybody needs it or not."""
        self._greeting = Greeting(options)
        self._restore: RestoreWork | None = None
        """Who brings back-ups back while this program runs."""
        self._demo_filing: FilingBeside | None = None
        """Who files the cases of a new demo once its first page can be seen."""

    def begin(self, vault: "Vault", stop: Callable[[], None], lines: OpeningLines) -> None:
        """Have the data opened in the background, unless somebody must type first. What goes wrong stops the
        program."""
        if self._begins:
            mark_beginning(self.place.data)
        if self.options.places.passphrase:
            lines.end()  # somebody types here
        key = self.options.places.key_at_start(self.place)
        self._open_browser()
        if key is not None:
            vault.begin_opening(key, lambda failure: self._end(vault, stop, lines, failure))
            return
        lines.end()
        end_beginning(self.place.data)
        self._greeting.print(is_open=False)

    def _end(self, vault: "Vault", stop: Callable[[], None], lines: OpeningLines, failure: Exception | None) -> None:
        lines.end()
        if failure is None:
            end_beginning(self.place.data)
            self._greeting.print(is_open=True)
            if self._demo_filing is not None:
                self._demo_filing.begin(lambda trouble: self._give_up(trouble, stop))
            return
        self._give_up(failure, stop, vault)

    def _give_up(self, failure: Exception, stop: Callable[[], None], vault: "Vault | None" = None) -> None:
        self.failures.append(failure)
        if vault is not None:
            vault.fail_to_open(failure)
            if vault.steps.is_watched or not self.options.no_browser:
                sleep(LAST_LOOK_SECONDS)
        stop()

    def open_application(self, vault: "Vault", key: bytes) -> "Flask":
        """The application on the data that the key opens."""
        vault.steps.tell(LOADING)
        note_opening()
        with garbage_collection_paused():
            app, findings = self._load_application(vault, key)
        self._begins = self._is_new_organisation = False
        self._note_opening(app, key)
        _print_findings(findings)
        self._watch(app, vault)
        return app

    def _load_application(self, vault: "Vault", key: bytes) -> tuple["Flask", Sequence[Any]]:
        from dosar.access.sealed.vault_use import install_vault
        from dosar.cli.first_start import forget_organisation
        from dosar.cli.runtime import open_app
        from dosar.cli.starting.command_options import command_lines

        options, data = self.options, self.place.data
        if self._is_new_organisation:
            forget_organisation(data, key)
        app, findings = open_app(
            data,
            options.places.forms_folder(),
            key,
            database_url(),
            demo=options.demo,
            begins=self._begins,
            HOSTS=options.hosts,
            INSTANCE=self._instance,
            tell=vault.steps.tell,
            later=self._file_demo_later,
            SET_UP_CODE=self._set_up_code,
            KEY_FILE=options.places.key_file,
            COMMAND_LINES=command_lines(options),
        )
        install_vault(app, vault)
        return app, findings

    def _file_demo_later(self, app: "Flask", file: Callable[[], list["Finding"]]) -> None:
        self._demo_filing = FilingBeside(app, file, _print_findings)

    def _note_opening(self, app: "Flask", key: bytes) -> None:
        """In the audit log, and what is to be said of it on the console."""
        from dosar.access.sealed.opening_events import tell_opening
        from dosar.cli.first_start import first_telephone_code, is_demo, set_up_code

        tell_opening(app.extensions["dosar_access"].store, self.place.openings)
        _print_older_slots(app, self.place.data, key)
        self._greeting = Greeting(self.options, is_demo(app), set_up_code(app), first_telephone_code(app))

    def _watch(self, app: "Flask", vault: "Vault") -> None:
        """What the open data have done to them by themselves."""
        from dosar.backups.reading.lookup_folder import is_lookup_folder
        from dosar.cli.serving.backups import watch_backups
        from dosar.cli.serving.deadlines import watch_deadlines
        from dosar.cli.serving.mail import watch_mail
        from dosar.cli.serving.updates import watch_updates
        from dosar.database.installation.integrity import watch_integrity
        from dosar.database.installation.owed_rewrite import watch_owed_rewrite

        repository = app.extensions["dosar_repository"]
        store = repository.store
        if self._demo_filing is None:  # whoever files cases has them made at once
            make_tables_soon(repository)
        watch_integrity(store, print_trouble)
        watch_owed_rewrite(store)
        by_itself = not (self._greeting.shows_accounts or is_lookup_folder(self.place.data))
        self._restore = watch_backups(app, vault, self._restore, by_itself)
        watch_updates(app, vault, self.place.data, self._restart, by_itself)
        watch_deadlines(app)
        watch_mail(app, by_itself)

    def _open_browser(self) -> None:
        """At once: it shows how far the start is. Where there is nobody yet, it brings the code of the set-up along."""
        if self.options.no_browser:
            return
        address = self.options.pages_address
        if not (self.options.demo or is_founded(self.place.data)):
            address = f"{address}set-up#{self._set_up_code.shown}"
        Thread(target=webbrowser.open, args=[address], daemon=True).start()


def print_trouble(trouble: StoreError) -> None:
    """What goes wrong while the program runs, where its console is."""
    print(translate_trouble(trouble), file=sys.stderr, flush=True)


def _print_older_slots(app: "Flask", data: Path, key: bytes) -> None:
    """On the console and in the audit log, at every start until something that opens the data is changed."""
    from dosar.access.sealed.slots_serial import OLDER_SLOTS, note_slots
    from dosar.database.audit.trail import add_event

    with app.extensions["dosar_access"].store.writing() as session:
        is_older = note_slots(session, data, key)
        if is_older:
            add_event(session, "key_slots_older")
    if is_older:
        print(translate_message(OLDER_SLOTS), file=sys.stderr, flush=True)


def _print_findings(findings: Sequence[Any]) -> None:
    from dosar.cli.console.findings import start_lines
    from dosar.language.load.folder import is_only_advice

    for line in start_lines(findings, computer_language()):
        print(line, file=sys.stderr)
    if not is_only_advice(findings):
        last_good = Message("The last good version of these files runs. Mend them and start again.")
        print(translate_message(last_good), file=sys.stderr)
