"""What the console says once the pages are there."""

import sys
from dataclasses import dataclass

from dosar.cli.console.locale import translate_message
from dosar.cli.starting.options import StartOptions
from dosar.language.text.message import Message


@dataclass
class Greeting:
    """Where the pages are, and what whoever opens them for the first time must know."""

    options: StartOptions
    shows_accounts: bool = False
    """Whether the accounts are those of the demo."""
    set_up_code: str | None = None
    """What the first administrator must type, where there is nobody yet."""
    telephone_code: str | None = None
    """What lets the first telephone of all be connected."""

    def print(self, is_open: bool) -> None:
        """Say it, of data that are open or wait for a passphrase."""
        from dosar.cli.console.key_words import swap_lines

        if self.shows_accounts:
            self._print_accounts()
        stops = translate_message(Message("Ctrl+C stops it"))
        print(f"Dosar: {self.options.pages_address}   ({stops})", flush=True)
        if not is_open:
            _say(Message("The data are locked: open this address, and type the passphrase there."))
        if self.set_up_code:
            _say(Message("Code of the set-up: %(code)s", {"code": self.set_up_code}))
        if self.telephone_code:
            _say(
                Message(
                    "Nobody has connected a telephone yet. Code for the first one: %(code)s",
                    {"code": self.telephone_code},
                )
            )
        for line in swap_lines() if not self.options.demo else ():
            print(translate_message(line), file=sys.stderr, flush=True)

    def _print_accounts(self) -> None:
        from dosar.cli.demo import demo_accounts, demo_password

        _say(Message("Demo: user name, password, role"))
        for account in demo_accounts(self.options.places.forms_folder()):
            print(f"{account['user']}\t{demo_password(account['user'])}\t{account['role']}")


def _say(message: Message) -> None:
    print(translate_message(message), flush=True)
