"""A time rule of a form: what is due, when, whose it is, and what ends it. ``deadlines:`` in a form's file.

Sources: the time rules of the papers (shelter programme, IPP, IRP, IAP, monitoring), of the projects and of the law.
"""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from dosar.language.durations import Duration, LengthUnit
from dosar.language.question_options import Name
from dosar.language.rules.expressions import Expression
from dosar.language.text.texts import Text

PLACE_PATTERN = r"^[a-z][a-z0-9_]{0,47}(\.[a-z][a-z0-9_]{0,47}){0,2}$"
Place = Annotated[str, StringConstraints(pattern=PLACE_PATTERN)]
"""Where a date stands: ``question`` of this form, ``table.column`` of it, ``form.question``, ``form.table.column``."""
LengthPlace = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,47}(\.[a-z][a-z0-9_]{0,47})?$")]
"""Where a length of time stands: ``question``, or ``link.question`` of the record that is linked to."""
LEADER = "leader"
"""Who leads the case."""


class DeadlineRule(BaseModel):
    """One time rule."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)

    deadline: Name
    """Its name for ever, within the form."""
    title: Text
    """What is to be done, as people read it in their lists: "Visit"."""
    source: str | None = None
    """Which paper or law asks for it."""
    due: Name | None = None
    """The form of which a sheet is to be filed; left out, something is answered on the sheet it is counted from."""
    on: Place | None = None
    """A date that is itself the day: a hearing, the last day of a stay. One of ``on`` and ``after``."""
    after: Place | None = None
    """The date from which the time is counted."""
    within: Duration | None = None
    """How long after it, the first time: 20 days. A length is a number of days, weeks, months or years, 100 years at
    most."""
    within_by: LengthPlace | None = None
    """Where a number says how long: ``question`` of the sheet or row it is counted from, or ``link.question`` of the
    record that it links to, such as the response time of an agreement. Where it is not answered, ``within`` counts."""
    unit: LengthUnit | None = None
    """Of what that is the number; hours that begin a day count as a day. Days, if left out."""
    every: Duration | None = None
    """How often again: 3 months."""
    how_often: Name | None = None
    """A choice that says how often again: on the last sheet of what is due, or on the one it is counted from."""
    steps: Mapping[str, Duration] = Field(default_factory=dict)
    """How long each code of that choice means; a code that is not here is not repeated."""
    periods: bool = False
    """Each period wants a sheet of its own, by its date, as the package of each month does."""
    typed: Name | None = None
    """A date on the last sheet of what is due (or on the one it is counted from) that goes before the computed one. A
    later one is asked about when the sheet is filed."""
    until: Place | None = None
    """A date after which nothing is due any more."""
    lasts: Duration | None = None
    """How long after ``after`` something is due at all: 1 year."""
    when: Expression | None = None
    """A rule about the sheet, or the row, it is counted from; without it each counts."""
    when_case: Expression | None = None
    """A rule about the case file."""
    done: Place | None = None
    """What ends it: sheets of another form than ``due``, or a date on the sheet or row itself."""
    done_if: Expression | None = None
    """A rule about the sheet or row by which nothing is due of it any more."""
    done_when: Expression | None = None
    """A rule about the sheets that end it: only those count for which it is true."""
    earlier: bool = False
    """A sheet of an earlier day counts too: what must be there before."""
    each: bool = False
    """Every sheet counts by itself; left out, only the newest of the case, or of the register."""
    responsible: Name = LEADER
    """Whose it is: a role in the team of the case, a question that links to who signs in, or ``leader``: who leads the
    case."""
    partner: Name | None = None
    """A link to the organisation, or a text that names who promised it: they are reminded by a letter."""
    one_click: bool = False
    """Whether today's date is enough to say that it is done: where ``done`` is a date on the sheet or row itself."""
    with_title: bool = False
    """Whether what the sheet it is counted from is called stands beside the title, for who may know it."""
    about: tuple[Name, ...] = ()
    """Questions on the sheet or row whose answers stand beside the title, where several lines of a case would read
    alike: the measure, the service. Texts or choices that are not sensitive, for who may know them, on pages alone:
    mails and calendars never say them."""
    time: Name | None = None
    """A question of ``type: time`` on the sheet or row: the hour of an appointment."""
    ends: Name | None = None
    """Such a question with the hour at which it ends; without one, calendars show an hour."""
    place: Name | None = None
    """A question on the sheet or row that says where: a text, a choice, or a link to a record."""
    announced: Duration = Duration(days=14)
    """How long before it stands on the first page. An appointment that comes again and is done within that time, nearer
    to its day than to the one before, is done."""
    weight: Literal["binding", "advice"] = "binding"
    """Whether the paper or the law asks for it, or it is good practice."""
