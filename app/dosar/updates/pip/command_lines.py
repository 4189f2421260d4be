"""The lines that somebody types to update what was installed into a Python, for the data of the running program."""

from dataclasses import dataclass

from dosar.updates.pip.pip_facts import PipFacts
from dosar.updates.pip.pip_lines import line_of_version, newest_line, typed_line


@dataclass(frozen=True)
class CommandLines:
    """Each command with what finds the same data again; no options where the defaults do."""

    data_options: tuple[str, ...] = ()
    """Behind ``backup`` and ``update``."""
    stop_options: tuple[str, ...] = ()
    start_options: tuple[str, ...] = ()

    def backup_line(self, facts: PipFacts) -> str:
        """What backs these data up."""
        return typed_line([facts.command, "backup", *self.data_options])

    def newest_lines(self, facts: PipFacts) -> list[str]:
        """From the version that runs to the newest, with the same data."""
        return [self._stop_line(facts), newest_line(facts), self._start_line(facts)]

    def lines_back(self, facts: PipFacts, version: str) -> list[str]:
        """Back to this version, with the data of before."""
        back = typed_line([facts.command, "update", "--back", *self.data_options])
        return [self._stop_line(facts), line_of_version(facts, version), back, self._start_line(facts)]

    def _stop_line(self, facts: PipFacts) -> str:
        return typed_line([facts.command, "stop", *self.stop_options])

    def _start_line(self, facts: PipFacts) -> str:
        return typed_line([facts.command, "start", *self.start_options])
