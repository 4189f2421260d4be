"""What was said to the running program, to be said again by whoever types a command for the same data."""

from dataclasses import dataclass

from dosar.updates.programs.pip_facts import PipFacts
from dosar.updates.programs.pip_lines import line_of_version, newest_line, typed_line


@dataclass(frozen=True)
class TypedWords:
    """Behind the name of each command; nothing where the defaults find the data."""

    places: tuple[str, ...] = ()
    stop: tuple[str, ...] = ()
    start: tuple[str, ...] = ()

    def backup_line(self, facts: PipFacts) -> str:
        """What backs these data up."""
        return typed_line([facts.command, "backup", *self.places])

    def newest_lines(self, facts: PipFacts) -> list[str]:
        """From the version that runs to the newest, with the same data."""
        return [self._stop_line(facts), newest_line(facts), self._start_line(facts)]

    def lines_back(self, facts: PipFacts, version: str) -> list[str]:
        """Back to this version, with the data of before."""
        back = typed_line([facts.command, "update", "--back", *self.places])
        return [self._stop_line(facts), line_of_version(facts, version), back, self._start_line(facts)]

    def _stop_line(self, facts: PipFacts) -> str:
        return typed_line([facts.command, "stop", *self.stop])

    def _start_line(self, facts: PipFacts) -> str:
        return typed_line([facts.command, "start", *self.start])
