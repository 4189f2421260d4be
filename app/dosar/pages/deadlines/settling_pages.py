"""Saying that something is done today; and where one goes from what is settled."""

from collections.abc import Callable
from typing import Concatenate, ParamSpec

from flask import abort, redirect, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from dosar.access.appbuilder.view import PageView
from dosar.access.authorization import SIGNED_IN_ACCESS, page_route
from dosar.access.web.redirects import local_redirect_url
from dosar.filing.deadline_done import KeptMeanwhile, NotDone, Unaccepted, do_today
from dosar.overview.deadlines.answers_beside import answers_beside
from dosar.overview.deadlines.moving import deadline_with, is_due_still
from dosar.overview.deadlines.reading import Deadline
from dosar.pages.actions import saved_response
from dosar.pages.context import PageContext, page_context
from dosar.pages.deadlines.deadline_urls import deadline_url
from dosar.pages.deadlines.deadline_words import title_text
from dosar.pages.deadlines.due_lines import due_titles
from dosar.pages.formatting import day_text
from dosar.pages.urls import record_url
from dosar.records.repository import Repository
from dosar.records.scope.row_scope import OutOfReach
from dosar.records.scope.write_checks import require_written

Arguments = ParamSpec("Arguments")


class DeadlineSettlingPages(PageView):
    """Each is asked for by the number of a deadline; one out of reach, or settled meanwhile, does not exist."""

    @page_route("/due/<int:deadline_id>/done", SIGNED_IN_ACCESS, methods=("POST",))
    def done(self, deadline_id: int) -> Response:
        """Today is filed as the day on which it was done; where the sheet asks for more, it is opened."""
        context = page_context()
        deadline = deadline_to_settle(context, deadline_with, deadline_id)
        if not deadline.rule.rule.one_click or not deadline.may_be_done(context.worker.scope):
            return redirect(deadline_url(context, deadline), 303)
        sheet_url = record_url(deadline.rule.source.form, deadline.record_id)
        try:
            counts = do_today(context.repository, deadline, context.actor, context.reading, context.forms)
        except NotDone:
            return saved_response(gettext("The sheet asks for more: give the date there."), f"{sheet_url}/edit")
        except Unaccepted:
            return saved_response(
                gettext("This sheet waits for acceptance: look at it, and accept or return it."), sheet_url
            )
        except KeptMeanwhile:
            told = _kept_meanwhile(context, deadline)
            return saved_response(told, back_url(), (gettext("Look at the sheet"), sheet_url))
        day = day_text(context.reading.today)
        told = gettext("Done on %(day)s: “%(title)s”.", title=_named_text(context, deadline), day=day)
        if not counts:
            told += " " + gettext("It waits to be accepted; until then it is not done.")
        elif deadline.day > context.reading.today and is_due_still(context.repository, deadline):
            due = day_text(deadline.day)
            told += " " + gettext("It stays due on %(day)s: today is nearer to the time before.", day=due)
        return saved_response(told, back_url(), (gettext("Look at the sheet"), sheet_url))


def deadline_to_settle(
    context: PageContext,
    find: Callable[Concatenate[Repository, Arguments], Deadline],
    *arguments: Arguments.args,
    **options: Arguments.kwargs,
) -> Deadline:
    """What is to be done, moved, or due again. Answers with the first page if ``find`` finds nothing; raises
    :class:`CaseIsRestricted` in a case that the acting worker only reads: she sees it, and reads why."""
    try:
        deadline = find(context.repository, *arguments, **options)
    except OutOfReach:
        abort(settled_meanwhile())
    require_written(context.repository.session, None, deadline.case_id)
    return deadline


def settled_meanwhile() -> Response:
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
    about = answers_beside(context.repository, [deadline], context.reading).about
    title = title_text(context, deadline, due_titles(context, [deadline]), about)
    return f"{title} · {case.code}" if case else title


def back_url(deadline: Deadline | None = None) -> str:
    """Where she was sent here from; else the case, or the first page."""
    case = deadline.case_id if deadline else None
    home = url_for("CasePages.case", case_id=case) if case else url_for("HomePage.home")
    return local_redirect_url(request.values.get("next"), home)
