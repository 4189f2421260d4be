"""What is said of a stay that comes back and has no bed, or of a place that goes while people stay there, and the
question why it is done all the same."""

from collections.abc import Iterator

from flask import request
from flask_babel import gettext, lazy_gettext
from wtforms import HiddenField

from dosar.filing.doubts.beds import (
    BEDS_IN_USE,
    BEDS_IN_USE_BUT,
    FEWER_BEDS_BUT,
    FEWER_BEDS_REFUSED,
    who_may_overbook,
)
from dosar.language.organisation.programme import Programme
from dosar.language.text.message import Message
from dosar.pages.context import PageContext
from dosar.pages.formatting import day_text
from dosar.pages.input.forms import reason_field
from dosar.pages.records.reversal import ReasonForm
from dosar.records.beds.required_beds import LackingBed, NoBed
from dosar.records.titles import link_titles


class OverbookingForm(ReasonForm):
    """One person more than there are beds comes back."""

    act = lazy_gettext("Bring it back all the same")
    explained = ""
    reason = reason_field(lazy_gettext("Why is one person more placed there?"))
    missing = lazy_gettext("Write why one person more is placed there.")

    def given_reason(self) -> str:
        """The reason, where one was asked for and stands well; else the page says what is wrong with it."""
        if "reason" not in request.form or not self.validate():
            return ""
        if not self.reason.data:
            self.reason.errors = (str(self.missing),)
        return self.reason.data or ""


class EmptyingForm(OverbookingForm):
    """A place in which people stay is deleted."""

    act = lazy_gettext("Delete it all the same")
    reason = reason_field(lazy_gettext("Why is it deleted while people stay there?"))
    missing = lazy_gettext("Write why it is deleted while people stay there.")
    confirmed = HiddenField(name="_confirmed")
    next = HiddenField()


def no_bed_text(context: PageContext, refused: NoBed) -> str:
    """Each bed that is lacking with its place and day, and what to do; never whose the others are."""
    declared = context.repository.definition.stages.programme
    if declared is not None and all(each.is_place for each in refused.lacking):
        return " ".join(_place_lines(context, declared, refused))
    places = {each.place_id for each in refused.lacking if each.place_id is not None}
    ids = {declared.places.form: places} if declared is not None and places else {}
    titles = link_titles(context.repository, context.seen_forms(), ids, context.reading, with_deleted=True)
    named = {number: title for (_, number), title in titles.items()}
    told = [line for each in refused.lacking for line in _lines(each, named.get(each.place_id or 0, "–"))]
    remedy = (
        gettext("Change the other stay first, or write why it is right.")
        if refused.may_confirm
        else gettext("Change the other stay first: on the plan of beds you see which.")
    )
    return " ".join([*dict.fromkeys(told), remedy])


def _place_lines(context: PageContext, declared: Programme, refused: NoBed) -> Iterator[str]:
    """The words of a place that is to lose beds."""
    who = who_may_overbook(context.repository, declared, context.reading.language)
    for each in refused.lacking:
        day = day_text(each.troubles.full_on) if each.troubles.full_on is not None else ""
        if each.hides_stays and refused.may_confirm:
            yield gettext(
                "Fewer beds may be too few: in this place stay, or are to, people of cases that are not among yours. "
                "If it is right, write why."
            )
        elif each.hides_stays:
            yield Message(FEWER_BEDS_BUT if who else FEWER_BEDS_REFUSED, {"who": who}).say(gettext)
        elif refused.may_confirm:
            yield gettext(
                "More people stay here on %(day)s, or are to, than the place would have beds. If it is right, write "
                "why.",
                day=day,
            )
        else:
            yield Message(BEDS_IN_USE_BUT if who else BEDS_IN_USE, {"day": day, "who": who}).say(gettext)


def _lines(lacking: LackingBed, place: str) -> Iterator[str]:
    other, day = lacking.troubles.elsewhere, lacking.troubles.full_on
    if other is not None and other.is_open:
        yield gettext("The person has another stay since %(since)s by now.", since=day_text(other.since))
    elif other is not None:
        since, until = day_text(other.since), day_text(other.until)
        yield gettext("The person has another stay from %(since)s to %(until)s by now.", since=since, until=until)
    if lacking.troubles.phase_there is not None:
        yield gettext("“%(place)s” is for another phase than the stay by now.", place=place)
    if day is not None:
        yield gettext("“%(place)s” has no bed free on %(day)s.", place=place, day=day_text(day))
