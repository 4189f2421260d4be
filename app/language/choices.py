"""Shared choice lists: ``forms/choices/<list>.yaml``."""

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
    htcds: str | None = None
    """The value of IOM's Human Trafficking Case Data Standard 2.0 this choice is exported as."""
    note: str | None = None
    """A remark to the organisation."""
    other: bool = False
    """Chosen, it asks for words of one's own."""
    retired: bool = False
    """No longer offered; old answers keep it."""


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
