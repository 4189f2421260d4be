"""What was waived and belongs to no case, to be made due again: the page of a case tells its own."""

from dataclasses import dataclass

from flask import render_template
from flask_babel import gettext

from dosar.access.appbuilder.view import PageView
from dosar.access.authorization import page_route
from dosar.overview.deadlines.moving import may_take_back
from dosar.overview.deadlines.waived import Waiver, find_waived_of_no_case
from dosar.pages.context import PageContext, page_context
from dosar.pages.deadlines.deadline_urls import WAIVED_URL, deadlines_access, source_url, take_back_url
from dosar.pages.deadlines.deadline_words import rule_text, title_text
from dosar.pages.deadlines.due_lines import due_titles, worker_text
from dosar.pages.formatting import day_text
from dosar.pages.linked_titles import RecordTitles


@dataclass(slots=True)
class WaivedLine:
    """Something that would be due if nobody had waived it."""

    id: str
    what: str
    url: str
    """The sheet it is counted from."""
    day: str
    why: str
    """By which rule."""
    whose: str
    back_url: str
    """Where it is made due again, for who may."""


class WaivedPage(PageView):
    """Open as what is due is; each reads of the forms she sees."""

    @page_route(WAIVED_URL, deadlines_access())
    def waived(self) -> str:
        context = page_context()
        waivers = find_waived_of_no_case(context.repository, context.reading.today)
        titles = due_titles(context, [waiver.deadline for waiver in waivers])
        return render_template(
            "deadlines/waived.html",
            title=gettext("Waived"),
            lines=[_line(context, waiver, titles) for waiver in waivers],
        )


def _line(context: PageContext, waiver: Waiver, titles: RecordTitles) -> WaivedLine:
    due = waiver.deadline
    takes_back = may_take_back(context.repository, due, is_waived=True, actor=context.actor)
    return WaivedLine(
        f"waived-{waiver.id}",
        title_text(context, due, titles),
        source_url(context, due),
        day_text(due.day),
        rule_text(context, due),
        worker_text(titles, due.user_id),
        take_back_url(due, waiver.id, WAIVED_URL) if takes_back else "",
    )
