"""A deadline moved to another day, waived this one time, or due again on its own day."""

from datetime import date
from typing import Any

from flask import render_template
from flask_babel import gettext, lazy_gettext
from wtforms.fields import SelectChoice
from wtforms.validators import ValidationError

from dosar.access.appbuilder.view import PageView
from dosar.access.authorization import SIGNED_IN_ACCESS, page_route
from dosar.filing.deadline_day import day_on_sheet, may_correct_day, may_type_day, move_on_sheet
from dosar.filing.result import Saved, ValidationResult
from dosar.language.deadlines.moves import MoveRefusal
from dosar.language.deadlines.ready_rules import DayPlace, question_at
from dosar.language.form import CASE_FORM
from dosar.language.text.texts import text_in_language
from dosar.overview.deadlines.answers_beside import answers_beside
from dosar.overview.deadlines.moving import (
    Move,
    MoveRefused,
    deadline_with,
    may_move,
    may_take_back,
    move_deadline,
    take_back_move,
)
from dosar.overview.deadlines.reading import Deadline
from dosar.overview.deadlines.waived import waived_deadline
from dosar.pages.actions import saved_response
from dosar.pages.context import PageContext, page_context
from dosar.pages.deadlines.deadline_urls import take_back_url
from dosar.pages.deadlines.deadline_words import day_words, rule_text, title_text
from dosar.pages.deadlines.due_lines import due_titles
from dosar.pages.deadlines.settling_pages import back_url, deadline_to_settle, settled_meanwhile
from dosar.pages.formatting import day_text, due_text
from dosar.pages.input.forms import DayField, OneOf, TranslatedForm, at_most, reason_field, stripped
from dosar.pages.rendering.sheet_meta import sentence_in
from dosar.pages.urls import record_url

MAX_DAY_LENGTH = 40
MOVE, WAIVE = "move", "waive"
REFUSALS = {
    MoveRefusal.NO_REASON: lazy_gettext("Write why."),
    MoveRefusal.PAST: lazy_gettext("Choose a day that is still to come."),
    MoveRefusal.SAME: lazy_gettext("It is due on that day already. Choose another one."),
    MoveRefusal.FAR: lazy_gettext(
        "Nothing is put off for more than two years. Check the year, or choose to waive the deadline."
    ),
    MoveRefusal.WAITS: lazy_gettext(
        "This sheet waits for acceptance: to move a day on it would accept all it says. Accept or return it first."
    ),
}
"""What is said of each."""


class MoveForm(TranslatedForm):
    """Another day, or none by choice, and why."""

    what = OneOf(
        lazy_gettext("What is to happen?"),
        lazy_gettext("Choose whether it is moved or waived."),
        choices=[
            SelectChoice(MOVE, lazy_gettext("Move it to another day")),
            SelectChoice(WAIVE, lazy_gettext("Waive it this one time")),
        ],
        default=MOVE,
    )
    day = DayField(lazy_gettext("New day"), [at_most(MAX_DAY_LENGTH)], filters=[stripped])
    reason = reason_field(lazy_gettext("Why?"))

    def validate_day(self, day: DayField) -> None:
        """An empty day waives nothing."""
        if self.what.data == MOVE and not day.data:
            raise ValidationError(gettext("Write the new day, or choose above to waive the deadline."))

    def move(self) -> Move:
        """What was chosen."""
        return Move(self.day.day if self.what.data == MOVE else None, self.reason.data or "")


class TakeBackForm(TranslatedForm):
    """Why, if there is anything to say."""

    reason = reason_field(lazy_gettext("Why is it due again?"))


class DeadlineMovingPages(PageView):
    """Each is asked for by the number of a deadline, or of a waiver; one out of reach, or settled meanwhile, does not
    exist."""

    @page_route("/due/<int:deadline_id>/move", SIGNED_IN_ACCESS, methods=("GET", "POST"))
    def move(self, deadline_id: int) -> Any:
        context = page_context()
        deadline = deadline_to_settle(context, deadline_with, deadline_id)
        if not may_move(context.repository, deadline, context.actor):
            return settled_meanwhile()
        form, place = MoveForm(), day_on_sheet(context.repository, deadline)
        if place is not None and not may_type_day(context.repository, place, context.forms):
            form.what.choices = [choice for choice in form.what.choices if choice.value == WAIVE]
            form.what.data = form.what.data if form.is_submitted() else WAIVE
        if not form.validate_on_submit():
            return _move_page(context, deadline, form, place)
        return _move(context, deadline, form, place)

    @page_route("/due/<int:deadline_id>/back", SIGNED_IN_ACCESS, methods=("GET", "POST"))
    def take_back(self, deadline_id: int) -> Any:
        """What was moved is due on its own day again."""
        context = page_context()
        return _take_back(context, deadline_to_settle(context, deadline_with, deadline_id), is_waived=False)

    @page_route("/due/waived/<int:move_id>/back", SIGNED_IN_ACCESS, methods=("GET", "POST"))
    def take_back_waiver(self, move_id: int) -> Any:
        """What was waived is due again."""
        context = page_context()
        deadline = deadline_to_settle(context, waived_deadline, move_id, context.reading.today)
        return _take_back(context, deadline, is_waived=True)


def _move(context: PageContext, deadline: Deadline, form: MoveForm, place: DayPlace | None) -> Any:
    move = form.move()
    try:
        if place is not None and move.day is not None:
            return _move_there(context, deadline, form, move, place)
        move_deadline(context.repository, deadline, move, context.actor)
    except MoveRefused as refused:
        for refusal in refused.refusals:
            (form.day if refusal.is_about_day else form.reason).errors = (str(REFUSALS[refusal]),)
        return _move_page(context, deadline, form, place)
    return saved_response(_moved_text(deadline, move.day), back_url(deadline))


def _move_there(context: PageContext, deadline: Deadline, form: MoveForm, move: Move, place: DayPlace) -> Any:
    """Correct the day on its sheet; what the sheet says against it stands at the day."""
    actor, reading, forms = context.actor, context.reading, context.forms
    outcome = move_on_sheet(context.repository, deadline, move, actor, reading, forms)
    if isinstance(outcome, Saved):
        seen = gettext("Look at the sheet"), record_url(place.form, deadline.record_id)
        return saved_response(_moved_text(deadline, move.day), back_url(deadline), seen)
    if isinstance(outcome, ValidationResult):
        told = [
            gettext("The sheet does not take this day alone; change it there."),
            *_said_of_day(context, outcome, place),
        ]
    else:
        told = [gettext("Somebody else saved this sheet at the same moment. Look at what it says now.")]
    form.day.errors = (" ".join(dict.fromkeys(told)),)
    return _move_page(context, deadline, form, place)


def _said_of_day(context: PageContext, result: ValidationResult, place: DayPlace) -> list[str]:
    """What is wrong or in doubt about the day; what is said of other answers is read on the sheet."""
    issues = (*result.mistakes, *result.doubtful)
    said = [issue for issue in issues if issue.question in (place.table, place.question)]
    return [str(sentence_in(context.reading.language, issue.message)) for issue in said]


def _moved_text(deadline: Deadline, day: date | None) -> str:
    if day is None:
        return gettext("The deadline was waived.")
    limit = deadline.rule_day
    if _has_limit(deadline) and day > limit:
        return gettext(
            "Moved to %(day)s, after the limit of the rule: %(limit)s.", day=day_text(day), limit=day_text(limit)
        )
    return gettext("Moved to %(day)s.", day=day_text(day))


def _has_limit(deadline: Deadline) -> bool:
    """Whether a rule says until when; a day that somebody wrote is no limit."""
    return deadline.rule.rule.weight == "binding" and deadline.rule.rule.on is None


def _move_page(context: PageContext, deadline: Deadline, form: MoveForm, place: DayPlace | None) -> Any:
    return render_template(
        "deadlines/move.html",
        **_facts(context, deadline),
        limit=day_text(deadline.rule_day) if _has_limit(deadline) else "",
        form=form,
        back_url=back_url(deadline),
        take_back_url=take_back_url(deadline) if deadline.of_day else "",
        stands_on=_sheet_words(context, deadline, place) if place else None,
    ), form.status


def _sheet_words(context: PageContext, deadline: Deadline, place: DayPlace) -> dict[str, Any]:
    """On which sheet the day stands, and as an answer to what, as far as the reader may know."""
    question, url = question_at(place, context.forms), record_url(place.form, deadline.record_id)
    return {
        "sheet": context.form_title(place.form),
        "question": text_in_language(question.label, context.reading.language) if question else "",
        "is_typed": may_type_day(context.repository, place, context.forms),
        "is_corrected": may_correct_day(context.repository, place),
        "url": f"{url}/edit#{place.table or place.question}" if may_correct_day(context.repository, place) else url,
    }


def _facts(context: PageContext, deadline: Deadline) -> dict[str, Any]:
    """What a page about a deadline tells of it."""
    case = context.case_head(context.repository.case(deadline.case_id)) if deadline.case_id else None
    about = answers_beside(context.repository, [deadline], context.reading).about
    return {
        "case": case,
        "form_title": context.form_title(CASE_FORM) if case else title_text(context, deadline),
        "what": title_text(context, deadline, due_titles(context, [deadline]), about),
        "day": day_words(context, deadline),
        "rule": rule_text(context, deadline),
    }


def _take_back(context: PageContext, deadline: Deadline, is_waived: bool) -> Any:
    if not may_take_back(context.repository, deadline, is_waived, context.actor):
        return settled_meanwhile()
    form, own_day, today = TakeBackForm(), deadline.own_day, context.reading.today
    if form.validate_on_submit():
        take_back_move(context.repository, deadline, is_waived, form.reason.data or "", context.actor)
        return saved_response(
            gettext("Due again: %(day)s.", day=due_text(own_day, context.reading)), back_url(deadline)
        )
    return render_template(
        "deadlines/take_back.html",
        **{**_facts(context, deadline), "day": gettext("waived") if is_waived else day_words(context, deadline)},
        again=due_text(own_day, context.reading),
        is_late=own_day < today,
        form=form,
        back_url=back_url(deadline),
    ), form.status
