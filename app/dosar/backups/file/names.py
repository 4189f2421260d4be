"""What back-ups are called: whose they are, and of which moment."""

import re
from dataclasses import dataclass
from datetime import datetime

NAME_END = ".dosar"
UNFINISHED_END = ".unfinished"
"""What follows on the name until the back-up was read back and verified."""
MARK_PURPOSE = "backup-mark"
LONGEST_SHOWN = 100
_MOMENT = "%Y-%m-%d-%H%M%S"
_NAME = re.compile(r"dosar-([0-9a-f]{6})-(\d{4}-\d{2}-\d{2})-(\d{6})\.dosar")


@dataclass(frozen=True)
class BackupName:
    """A name taken apart."""

    mark: str
    """Six digits that tell the back-ups of one organisation from those of another, and nothing else."""
    moment: datetime
    """UTC."""

    def __str__(self) -> str:
        return f"dosar-{self.mark}-{self.moment.strftime(_MOMENT)}{NAME_END}"


def read_name(name: str) -> BackupName | None:
    """The parts of a name; none of a file that is called otherwise, or is not finished."""
    found = _NAME.fullmatch(name)
    if found is None:
        return None
    try:
        return BackupName(found[1], datetime.fromisoformat(f"{found[2]}T{found[3]}"))
    except ValueError:  # the 31st of February
        return None


def shown_name(sent: str) -> str:
    """The last part of a name that a sender gave a file, to be shown to her: no folder, nothing unseen."""
    last = re.split(r"[/\\]", sent)[-1]
    return "".join(filter(str.isprintable, last))[:LONGEST_SHOWN]


def mark_of_key(purpose_key: bytes) -> str:
    """The mark of the organisation with this key."""
    return purpose_key[:3].hex()
