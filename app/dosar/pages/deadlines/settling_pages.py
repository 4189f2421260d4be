"""What somebody makes of a deadline: done today, moved to another day, waived."""

from datetime import date
from typing import Any

from flask import redirect, render_template, request, url_for
from flask_babel import gettext, lazy_gettext
from werkzeug.wrappers import Response
from wtforms import StringField

from dosar.access.appbuilder.view import PageView
from dosar.access.authorization import SIGNED_IN_ACCESS, page_route
from dosar.access.web.redirects import local_redirect_url
from dosar.fields.formats.days import read_day
from dosar.filing.deadline_done import KeptMeanwhile, NotDone, do_today
from dosar.language.form import CASE_FORM
from dosar.language.text.message import Mistake
from dosar.overview.deadlines.moving import deadline_with, is_due_still, may_move, move_deadline, rule_limit
from dosar.overview.deadlines.reading import Deadline
from dosar.pages.actions import saved_response
from dosar.pages.context import PageContext, page_context
from dosar.pages.deadlines.deadline_urls import deadline_url
from dosar.pages.deadlines.deadline_words import day_words, rule_text, title_text
from dosar.pages.deadlines.due_lines import due_titles
from dosar.pages.formatting import day_text
from dosar.pages.input.forms import TranslatedForm, at_most, reason_field, stripped
from dosar.pages.urls import record_url
from dosar.records.scope.row_scope import OutOfReach
from dosar.records.scope.write_checks import require_written

MAX_DAY_LENGTH = 40


class MoveForm(TranslatedForm):
    """Another day, or none, and why."""

    day = StringField(
        lazy_gettext("New day"),
        [at_most(MAX_DAY_LENGTH)],
        description=lazy_gettext("Leave it empty to waive the deadline this one time."),
        filters=[stripped],
    )
    reason = reason_field(lazy_gettext("Why?"))


class DeadlineSettlingPages(PageView):
    """Each is asked for by the number of a deadline; one out of reach, or settled meanwhile, does not exist."""

    @page_route("/due/<int:deadline_id>/done", SIGNED_IN_ACCESS, methods=("POST",))
    def done(self, deadline_id: int) -> Response:
        """Today is filed as the day on which it was done; where the sheet asks for more, it is opened."""
        context = page_context()
        try:
            deadline = deadline_with(context.repository, deadline_id)
        except OutOfReach:
            return _settled_meanwhile()
        require_written(context.repository.session, None, deadline.case_id)
        if not deadline.rule.rule.one_click or not deadline.may_be_done(context.worker.scope):
            return redirect(deadline_url(context, deadline), 303)
        sheet_url = record_url(deadline.rule.source.form, deadline.record_id)
        try:
            counts = do_today(context.repository, deadline, context.actor, context.reading, context.forms)
        except NotDone:
            return saved_response(gettext("The sheet asks for more: give the date there."), f"{sheet_url}/edit")
        except KeptMeanwhile:
            told = _kept_meanwhile(context, deadline)
            return saved_response(told, _back_url(), (gettext("Look at the sheet"), sheet_url))
        day = day_text(context.reading.today)
        told = gettext("Done on %(day)s: “%(title)s”.", title=_named_text(context, deadline), day=day)
        if not counts:
            told += " " + gettext("It waits to be accepted; until then it is not done.")
        elif deadline.day > context.reading.today and is_due_still(context.repository, deadline):
            due = day_text(deadline.day)
            told += " " + gettext("It stays due on %(day)s: today is nearer to the time before.", day=due)
        return saved_response(told, _back_url(), (gettext("Look at the sheet"), sheet_url))

    @page_route("/due/<int:deadline_id>/move", SIGNED_IN_ACCESS, methods=("GET", "POST"))
    def move(self, deadline_id: int) -> Any:
        context = page_context()
        try:
            deadline = deadline_with(context.repository, deadline_id)
        except OutOfReach:
            return _settled_meanwhile()
        require_written(context.repository.session, None, deadline.case_id)
        if not may_move(context.repository, deadline, context.actor):
            return _settled_meanwhile()
        form = MoveForm()
        if not form.validate_on_submit():
            return _move_page(context, deadline, form)
        return _move(context, deadline, form)


def _settled_meanwhile() -> Response:
    """What was settled meanwhile and what is out of reach look alike."""
    return saved_response(gettext("This is due no more, or not for you."), url_for("HomePage.home"))


def _kept_meanwhile(context: PageContext, deadline: Deadline) -> str:
    """What the slower of two reads who press at once."""
    if is_due_still(context.repository, deadline):
        return gettext("Somebody else saved this sheet at the same moment. Look at what it says now.")
    return gettext("It is done already: somebody else saved this sheet at the same moment.")


def _named_text(context: PageContext, deadline: Deadline) -> str:
    """What it is, and the code of the case: no name of a person."""
    case = context.case_head(context.repository.case(deadline.case_id)) if deadline.case_id else None
    title = title_text(context, deadline, due_titles(context, [deadline]))
    return f"{title} · {case.code}" if case else title


def _move(context: PageContext, deadline: Deadline, form: MoveForm) -> Any:
    try:
        day = read_day(form.day.data, context.reading.today) if form.day.data else None
    except Mistake as mistake:
        form.day.errors = (mistake.message.say(gettext),)
        return _move_page(context, deadline, form)
    try:
        move_deadline(context.repository, deadline, day, form.reason.data or "", context.actor)
    except Mistake as mistake:
        (form.reason if not (form.reason.data or "").strip() else form.day).errors = (mistake.message.say(gettext),)
        return _move_page(context, deadline, form)
    return saved_response(_moved_text(deadline, day), _back_url(deadline))


def _moved_text(deadline: Deadline, day: date | None) -> str:
    if day is None:
        return gettext("The deadline was waived.")
    limit = rule_limit(deadline)
    if deadline.rule.rule.weight == "binding" and day > limit:
        return gettext(
            "Moved to %(day)s, after the limit of the rule: %(limit)s.", day=day_text(day), limit=day_text(limit)
        )
    return gettext("Moved to %(day)s.", day=day_text(day))


def _move_page(context: PageContext, deadline: Deadline, form: MoveForm) -> Any:
    case = context.case_head(context.repository.case(deadline.case_id)) if deadline.case_id else None
    return render_template(
        "deadlines/move.html",
        case=case,
        form_title=context.form_title(CASE_FORM) if case else title_text(context, deadline),
        what=title_text(context, deadline, due_titles(context, [deadline])),
        day=day_words(context, deadline),
        rule=rule_text(context, deadline),
        limit=day_text(rule_limit(deadline)) if deadline.rule.rule.weight == "binding" else "",
        form=form,
        back_url=_back_url(deadline),
    ), form.status


def _back_url(deadline: Deadline | None = None) -> str:
    """Where she was sent here from; else the case, or the first page."""
    case = deadline.case_id if deadline else None
    home = url_for("CasePages.case", case_id=case) if case else url_for("HomePage.home")
    return local_redirect_url(request.values.get("next"), home)
