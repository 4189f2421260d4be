"""What is said at the command line while a back-up is made or restored."""

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from dosar.backups.reading.contents import contents_of
from dosar.backups.restoring.restore import Restored
from dosar.cli.console.locale import translate_message
from dosar.language.text.message import Message, msgid

STEPS: Mapping[str, str] = {
    "count": msgid("The tables are counted."),
    "copy": msgid("The database is copied."),
    "pack": msgid("The file is put together."),
    "write": msgid("It is written to its place."),
    "read": msgid("It is read back from there."),
    "check": msgid("Every byte of the file is read."),
    "unpack": msgid("The database is taken out of it."),
    "pages": msgid("Every page and every index is looked at."),
    "compare": msgid("The tables are counted and compared."),
    "fill": msgid("The rows are written into the database."),
    "swap": msgid("The restored data take their place."),
}
MEGABYTE = 10**6


class StepLines:
    """A line for each step that begins."""

    def __init__(self) -> None:
        self._last = ""

    def tell(self, step: str, done: float) -> None:
        """Progress, as back-ups tell it."""
        if step != self._last and step in STEPS:
            print(translate_message(Message(STEPS[step])), flush=True)
        self._last = step


def made_line(name: str, place: str, size: int, seconds: float) -> Message:
    """What was made."""
    values = {"name": name, "place": place, "size": f"{size / MEGABYTE:.1f}", "seconds": round(seconds)}
    return Message("Backed up and verified: %(name)s in %(place)s, %(size)s MB, %(seconds)s s.", values)


def restored_lines(restored: Restored, data: Path) -> list[Message]:
    """What is there now, and where that is which was there before."""
    rows, contents = sum(restored.tables.values()), contents_of(restored.tables)
    moment = f"{restored.moment_here:%Y-%m-%d %H:%M}"
    lines = [
        Message(
            "Restored into %(data)s as it was on %(moment)s: %(tables)s tables with %(rows)s rows, compared.",
            {"data": data, "moment": moment, "tables": len(restored.tables), "rows": rows},
        ),
        Message(
            "Organisation: %(name)s. Cases: %(cases)s, sheets: %(sheets)s, accounts: %(accounts)s.",
            {"name": restored.organisation or "–", **asdict(contents)},
        ),
    ]
    if restored.kept_aside is not None:
        lines.append(Message("What was there before is kept in %(folder)s.", {"folder": restored.kept_aside}))
    if restored.kept_schema:
        lines.append(
            Message(
                "The tables that were there before are kept in the schema %(name)s.", {"name": restored.kept_schema}
            )
        )
    if restored.forms is not None:
        lines.append(
            Message(
                "The forms of the organisation came along: %(folder)s. They run unless --forms or a folder forms here "
                "names others.",
                {"folder": restored.forms},
            )
        )
    lines.append(Message("Start Dosar now: dosar start --data %(data)s", {"data": data}))
    return lines
