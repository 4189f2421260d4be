"""Shared choice lists: ``forms/choices/<list>.yaml``."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from dosar.language.text.texts import Text

CODE_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,47}$"
ChoiceCode = Annotated[str, StringConstraints(pattern=CODE_PATTERN)]


class Choice(BaseModel):
    """One answer to choose; its code is for ever, its label may change."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    code: ChoiceCode
    """What is kept and what rules compare with; never changes."""
    label: Text
    """What people read; may change."""
    was: ChoiceCode | None = None
    """The code the choice had before; ``dosar upgrade`` writes the answers that hold it anew."""
    htcds: str | None = None
    """The value of IOM's Human Trafficking Case Data Standard 2.0 this choice is exported as."""
    note: str | None = None
    """A remark to the organisation."""
    other: bool = False
    """Chosen, it asks for words of one's own."""
    retired: bool = False
    """No longer offered; old answers keep it."""


@dataclass(frozen=True)
class FormerChoice:
    """A choice that was offered once, and the code of the one it stood behind."""

    after: str
    choice: Choice


def restore_choices(choices: Sequence[Choice], gone: Iterable[FormerChoice]) -> list[Choice]:
    """The choices with those that are gone in their old places: answers keep their order."""
    every = list(choices)
    for former in gone:
        index = next((position for position, choice in enumerate(every, 1) if choice.code == former.after), 0)
        every.insert(index, former.choice)
    return every


Choices = Annotated[list[Choice], Field(min_length=1)]


class ChoiceList(BaseModel):
    """A list of choices that several questions share."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    list: ChoiceCode
    """The name of the list."""
    title: Text | None = None
    """What the list is about."""
    source: str | None = None
    """Where the choices come from."""
    choices: Choices
    """The choices, in the order they are offered."""
