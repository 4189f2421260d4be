"""Where people stay, and what services others promised: the part ``programme`` of ``forms/stages.yaml``."""

from collections.abc import Iterator

from pydantic import BaseModel, ConfigDict

from dosar.language.form import CASE_FORM
from dosar.language.question_options import Name
from dosar.language.wanted_answers import (
    ChoiceName,
    ChoicesName,
    DayName,
    NamedQuestion,
    NumberName,
    QuantityName,
    RecordName,
    RowsName,
    ShownName,
    YesNoName,
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


class Windows(_Part):
    """When an activity has its time in a stay, written in rows of the programme's sheet."""

    form: Name
    rows: RowsName
    """The table with a row for each window."""
    phase: ChoiceName
    """The choice in it that says in which phase."""
    kinds: ChoicesName
    """The choices in it that say which activities."""
    since: NumberName
    """After how many months of the stay it begins."""
    until: NumberName
    """After how many it is over; unanswered, with the stay."""


class Activities(_Part):
    """The sheets that say who took part in an activity."""

    form: Name
    day: DayName
    kind: ChoiceName
    """Which activity it was: one of the choices of the windows."""
    place: RecordName | None = None
    """The link to the place."""
    rows: RowsName
    """The table with a row for each participant."""
    case: RecordName
    """The link in it to the case."""
    present: YesNoName | None = None
    """The question in it that says whether she was there; without it, everybody in the table was."""


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
    windows: Windows | None = None
    activities: Activities | None = None
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
        yield from self._named_in_rows("terms", self.terms)
        yield from self._named_in_rows("windows", self.windows)
        yield from self._named_in_rows("activities", self.activities, "day", "kind", "place")

    def _named_in_rows(
        self, option: str, part: Terms | Windows | Activities | None, *beside: str
    ) -> Iterator[NamedQuestion]:
        """What a part names on a sheet and in its table: the columns are all that is not said to stand ``beside``."""
        if part is None:
            return
        path = ("programme", option)
        yield NamedQuestion((*path, "form"), part.form, of_case=False)
        columns = [name for name in type(part).model_fields if name not in ("form", "rows", *beside)]
        for named in (
            *named_questions(part, path, part.form, "rows", *beside),
            *named_questions(part, path, part.form, *columns, table=part.rows),
        ):
            yield named._replace(points_to=self._target(option, str(named.path[-1])), of_case=False)

    def _target(self, option: str, name: str) -> str:
        """What a link must point to; empty for what is none."""
        targets = {
            ("stays", "place"): self.places.form,
            ("stays", "approved"): "user",
            ("activities", "place"): self.places.form,
            ("activities", "case"): CASE_FORM,
            ("places", "programme"): self.programmes.form if self.programmes else "",
            ("delivered", "agreement"): self.agreements.form if self.agreements else "",
        }
        return targets.get((option, name), "")
