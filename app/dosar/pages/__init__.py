"""The pages people work in."""

from typing import Any

from flask import Flask

from dosar.pages.account import profile, sign_in
from dosar.pages.admin import account_closing, account_log, organisation, set_up, users, work_teams


def register_pages(app: Flask, registry: Any) -> None:
    """Every page, registered with Flask-AppBuilder so that its roles govern them."""
    from dosar.pages.admin.form_problems import FormsPage
    from dosar.pages.cases.case_pages import CasePages
    from dosar.pages.cases.find import FindingPage
    from dosar.pages.cases.merge import MergePages
    from dosar.pages.cases.team import TeamPage
    from dosar.pages.health import HealthPage
    from dosar.pages.help import HelpPages
    from dosar.pages.home.home_page import HomePage
    from dosar.pages.lists.export import ExportPages
    from dosar.pages.lists.ledgers import LedgerPages
    from dosar.pages.lists.saved_lists import ListPages
    from dosar.pages.records.acceptance import AcceptingPages
    from dosar.pages.records.files import FilePages
    from dosar.pages.records.record_pages import RecordPages
    from dosar.pages.records.recycle_bin import RecyclePage
    from dosar.pages.records.reversal import ReversingPages
    from dosar.pages.recovery.waiting_pages import UnsentPages
    from dosar.pages.reports.figures import FiguresPage
    from dosar.pages.reports.programme import ProgrammePage
    from dosar.pages.sheet.draft_autosave import DraftPages
    from dosar.pages.sheet.posting.derived_answers import DerivingPages

    with app.app_context():
        for module in (
            sign_in,
            set_up,
            profile,
            users,
            account_log,
            account_closing,
            work_teams,
            organisation,
        ):
            module.register(registry)
        for view in (
            HomePage,
            HealthPage,
            HelpPages,
            FindingPage,
            CasePages,
            MergePages,
            ProgrammePage,
            DerivingPages,
            DraftPages,
            RecordPages,
            FiguresPage,
            ExportPages,
            LedgerPages,
            ListPages,
            FilePages,
            ReversingPages,
            AcceptingPages,
            TeamPage,
            FormsPage,
            RecyclePage,
            UnsentPages,
        ):
            registry.add_view_no_menu(view)
