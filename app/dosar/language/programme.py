"""Where people stay, and what services others promised: the part ``programme`` of ``forms/stages.yaml``."""

from collections.abc import Iterator
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict

from dosar.language.question_options import Name

Path = tuple[str | int, ...]


class NamedQuestion(NamedTuple):
    """A question that the part names, and where it does."""

    path: Path
    form: str
    question: str = ""
    is_day: bool = False
    """It must be answered with whole days."""
    points_to: str = ""
    """The form, or ``user``, that it must be a link to."""


class _Part(BaseModel):
    """A part of the file."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Stays(_Part):
    """The sheets that say who stays where, from when until when."""

    form: Name
    """A form of a case: one sheet for each stay."""
    place: Name
    """The link to the place."""
    phase: Name
    """In which phase of the programme: a choice."""
    since: Name
    """The day somebody came."""
    last: Name
    """The last day planned."""
    left: Name
    """The day somebody left; unanswered while she stays."""
    extended: Name | None = None
    """Until when the stay was made longer."""
    approved: Name | None = None
    """The link to the user who allowed it."""


class ProgrammePlaces(_Part):
    """The records of the places, with their beds."""

    form: Name
    phase: Name
    """For which phase the place is: a choice, whose order the overview has."""
    beds: Name
    """How many beds there are: a number."""
    programme: Name | None = None
    """The link to the programme that the place belongs to."""


class Programmes(_Part):
    """The records of the programmes."""

    form: Name
    people: Name
    """For how many people the programme is: a number."""


class Agreements(_Part):
    """What others promised: services, so many a year."""

    form: Name
    provider: Name
    """The link to who gives them."""
    service: Name
    promised: Name
    until: Name
    """The last day of the agreement."""


class Delivered(_Part):
    """The sheets that say which services were given."""

    form: Name
    agreement: Name
    """The link to the agreement."""
    day: Name
    """The day it was given."""
    hours: Name


class Programme(_Part):
    """Who stays where, and what was promised and delivered: the overview of the programme."""

    stays: Stays
    places: ProgrammePlaces
    programmes: Programmes | None = None
    agreements: Agreements | None = None
    delivered: Delivered | None = None

    def named(self) -> Iterator[NamedQuestion]:
        """Every form and question that is named, with what it must be."""
        for option in ("stays", "places", "programmes", "agreements", "delivered"):
            part = getattr(self, option)
            if part is not None:
                yield NamedQuestion(("programme", option, "form"), part.form)
                for name, question in part:
                    if name != "form" and question is not None:
                        yield NamedQuestion(
                            ("programme", option, name),
                            part.form,
                            question,
                            (option, name) in DAYS,
                            self._target(option, name),
                        )

    def _target(self, option: str, name: str) -> str:
        """What a link must point to; empty for what is none."""
        targets = {
            ("stays", "place"): self.places.form,
            ("stays", "approved"): "user",
            ("places", "programme"): self.programmes.form if self.programmes else "",
            ("delivered", "agreement"): self.agreements.form if self.agreements else "",
        }
        return targets.get((option, name), "")


DAYS = {
    ("stays", "since"),
    ("stays", "last"),
    ("stays", "left"),
    ("stays", "extended"),
    ("agreements", "until"),
    ("delivered", "day"),
}
"""What must be answered with whole days, to be compared with today."""
