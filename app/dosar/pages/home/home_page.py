"""The first page: what this worker may begin with."""

from flask import render_template
from flask_babel import gettext

from dosar.access.accounts.access_requests import waiting_requests
from dosar.access.appbuilder.view import PageView
from dosar.access.authorization import SIGNED_IN_ACCESS, page_route
from dosar.access.services import access_services
from dosar.pages.admin.access_requests import access_requests_block
from dosar.pages.admin.audit.audit_notices import audit_block
from dosar.pages.admin.form_problems import form_problems_block
from dosar.pages.backups.backup_notices import backup_block
from dosar.pages.cases.emergency import emergencies_block
from dosar.pages.context import PageContext, page_context
from dosar.pages.home import worklist
from dosar.pages.home.administration import administration_block, damage_block, keys_block
from dosar.pages.home.home_contents import read_home
from dosar.pages.home.intro_cards import intro_cards
from dosar.pages.home.sheets import (
    cases_block,
    drafts_block,
    entered_today_block,
    new_sheets_block,
    returned_block,
    to_check_block,
)
from dosar.pages.mail.mail_page import mail_block
from dosar.pages.updates.update_notices import update_block


class HomePage(PageView):
    """Where everybody begins."""

    @page_route("/", SIGNED_IN_ACCESS)
    def home(self) -> str:
        context = page_context()
        found = read_home(context)
        blocks = [
            block
            for block in (
                damage_block(context),
                form_problems_block(context),
                access_requests_block(found.to_confirm),
                emergencies_block(context, found.emergencies),
                keys_block(context),
                backup_block(context),
                mail_block(found.mails_not_leaving),
                update_block(found.news),
                audit_block(context),
                administration_block(context),
                returned_block(context, found),
                drafts_block(context, found),
                worklist.due_block(context, found.due, found.late, found.titles),
                to_check_block(context, found),
                worklist.lacking_block(context, found.lacking, found.titles),
                new_sheets_block(context, found),
                worklist.by_others_block(context, found.by_others, found.titles),
                worklist.places_block(context, found.places),
                cases_block(context, found),
                entered_today_block(context, found),
            )
            if block is not None
        ]
        cards = [] if found.has_seen_tour else intro_cards(context)
        greeting = gettext("Hello, %(name)s", name=context.worker.name)
        return render_template(
            "home/home.html", greeting=greeting, blocks=blocks, cards=cards, waits=_waits_for_access(context)
        )


def _waits_for_access(context: PageContext) -> bool:
    """Whether she has no role yet, and one waits for a second person."""
    return not context.worker.roles and bool(waiting_requests(access_services(), context.worker.id))
