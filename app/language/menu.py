"""The menu: which forms stand in it, in which groups and order. ``forms/menu.yaml``."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from app.language.question import Name
from app.language.texts import Text


class Group(BaseModel):
    """Entries under one title; a role sees only those it may see."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: Text
    """The heading of the group."""
    entries: Annotated[list[Name], Field(min_length=1)]
    """Keys of forms."""


class Menu(BaseModel):
    """The menu of an organisation."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    menu: list[Group] = Field(default_factory=list)
    """The groups, in order."""

    def forms(self) -> set[str]:
        """Every form that stands in the menu."""
        return {entry for group in self.menu for entry in group.entries}
