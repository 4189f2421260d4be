"""Where people stay, and what services others promised: the part ``programme`` of ``forms/stages.yaml``."""

from collections.abc import Iterator

from pydantic import BaseModel, ConfigDict

from dosar.language.question_options import Name
from dosar.language.wanted_answers import (
    ChoiceName,
    DayName,
    NamedQuestion,
    NumberName,
    QuantityName,
    RecordName,
    RowsName,
    ShownName,
    named_questions,
)


class _Part(BaseModel):
    """A part of the file."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Stays(_Part):
    """The sheets that say who stays where, from when until when."""

    form: Name
    """A form of a case: one sheet for each stay."""
    place: RecordName
    """The link to the place."""
    phase: ChoiceName
    """In which phase of the programme: a choice."""
    since: DayName
    """The day somebody came."""
    last: DayName
    """The last day planned."""
    left: DayName
    """The day somebody left; unanswered while she stays."""
    extended: DayName | None = None
    """Until when the stay was made longer."""
    approved: RecordName | None = None
    """The link to the user who allowed it."""


class ProgrammePlaces(_Part):
    """The records of the places, with their beds."""

    form: Name
    phase: ChoiceName
    """For which phase the place is: a choice, whose order the overview has."""
    beds: NumberName
    """How many beds there are: a number."""
    programme: RecordName | None = None
    """The link to the programme that the place belongs to."""


class Programmes(_Part):
    """The records of the programmes."""

    form: Name
    people: NumberName
    """For how many people the programme is: a number."""


class Terms(_Part):
    """What holds in each phase, written in rows of the programme's sheet: how long somebody stays, with which services.

    A stay takes from its row what its questions name with ``from_programme``."""

    form: Name
    rows: RowsName
    """The table with a row for each phase."""
    phase: ChoiceName
    """The choice in it that says which phase the row is about."""


class Agreements(_Part):
    """What others promised: services, so many a year."""

    form: Name
    provider: RecordName
    """The link to who gives them."""
    service: ShownName
    promised: QuantityName
    until: DayName
    """The last day of the agreement."""


class Delivered(_Part):
    """The sheets that say which services were given."""

    form: Name
    agreement: RecordName
    """The link to the agreement."""
    day: DayName
    """The day it was given."""
    hours: NumberName


class Programme(_Part):
    """Who stays where, and what was promised and delivered: the overview of the programme."""

    stays: Stays
    places: ProgrammePlaces
    programmes: Programmes | None = None
    terms: Terms | None = None
    overbooked_by: tuple[Name, ...] = ()
    """The roles that may place somebody where every bed is taken, and write why; left out, nobody may."""
    agreements: Agreements | None = None
    delivered: Delivered | None = None

    def named(self) -> Iterator[NamedQuestion]:
        """Every form and question that is named, with what it must be."""
        for option in ("stays", "places", "programmes", "agreements", "delivered"):
            part, path = getattr(self, option), ("programme", option)
            if part is not None:
                of_case = option == "stays"
                yield NamedQuestion((*path, "form"), part.form, of_case=of_case)
                options = [name for name in type(part).model_fields if name != "form"]
                for named in named_questions(part, path, part.form, *options):
                    yield named._replace(points_to=self._target(option, str(named.path[-1])), of_case=of_case)
        if terms := self.terms:
            path = ("programme", "terms")
            yield NamedQuestion((*path, "form"), terms.form, of_case=False)
            for named in named_questions(terms, path, terms.form, "rows"):
                yield named._replace(of_case=False)
            columns = [name for name in Terms.model_fields if name not in ("form", "rows")]
            for named in named_questions(terms, path, terms.form, *columns, table=terms.rows):
                yield named._replace(of_case=False)

    def _target(self, option: str, name: str) -> str:
        """What a link must point to; empty for what is none."""
        targets = {
            ("stays", "place"): self.places.form,
            ("stays", "approved"): "user",
            ("places", "programme"): self.programmes.form if self.programmes else "",
            ("delivered", "agreement"): self.agreements.form if self.agreements else "",
        }
        return targets.get((option, name), "")
