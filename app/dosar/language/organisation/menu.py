"""The menu: which forms stand in it, in which groups and order. ``forms/menu.yaml``."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from dosar.language.question_options import Name
from dosar.language.text.texts import Text


class MenuSection(BaseModel):
    """Entries under one title; a role sees only those it may see."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: Text
    """The heading of the group."""
    entries: Annotated[list[Name], Field(min_length=1)]
    """Keys of forms."""
    purpose: Text | None = None
    """For the register of processing: what for its forms hold data of persons, unless a form says it itself."""
    legal_basis: Text | None = None
    """On which ground of the law, unless a form says it itself."""
    kept_for: Text | None = None
    """For how long what belongs to no case is kept, unless a form says it itself."""


class Menu(BaseModel):
    """The menu of an organisation."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    menu: list[MenuSection] = Field(default_factory=list)
    """The groups, in order."""

    def group_of(self, form: str) -> MenuSection | None:
        """The first group in which the form stands."""
        return next((group for group in self.menu if form in group.entries), None)

    def forms(self) -> set[str]:
        """Every form that stands in the menu."""
        return {entry for group in self.menu for entry in group.entries}
