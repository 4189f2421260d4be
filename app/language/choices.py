"""Shared choice lists: ``forms/choices/<list>.yaml``."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from app.language.texts import Text

CODE = r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,47}$"
Code = Annotated[str, StringConstraints(pattern=CODE)]


class Choice(BaseModel):
    """One answer to choose; its code is for ever, its label may change."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    code: Code
    """What is kept and what rules compare with; never changes."""
    label: Text
    """What people read; may change."""
    was: Code | None = None
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
class Gone:
    """A choice that was offered once, and the code of the one it stood behind."""

    after: str
    choice: Choice


def put_back(choices: Sequence[Choice], gone: Iterable[Gone]) -> list[Choice]:
    """The choices with those that are gone in their old places: answers keep their order."""
    every = list(choices)
    for one in gone:
        place = next((place for place, choice in enumerate(every, 1) if choice.code == one.after), 0)
        every.insert(place, one.choice)
    return every


Choices = Annotated[list[Choice], Field(min_length=1)]


class ChoiceList(BaseModel):
    """A list of choices that several questions share."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    list: Code
    """The name of the list."""
    title: Text | None = None
    """What the list is about."""
    source: str | None = None
    """Where the choices come from."""
    choices: Choices
    """The choices, in the order they are offered."""
