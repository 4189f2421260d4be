"""The pages people work in."""

from typing import Any

from flask import Flask

from app.pages import account, account_history, accounts, closing_account, organisation, set_up, sign_in, work_teams


def register_pages(app: Flask, registry: Any) -> None:
    """Every page, registered with Flask-AppBuilder so that its roles govern them."""
    from app.pages.accepting import AcceptingPages
    from app.pages.cases import CasePages
    from app.pages.deleted import RecyclePage
    from app.pages.deriving import DerivingPages
    from app.pages.drafting import DraftPages
    from app.pages.exporting import ExportPages
    from app.pages.figures import FiguresPage
    from app.pages.files import FilePages
    from app.pages.finding import FindingPage
    from app.pages.health import HealthPage
    from app.pages.help import HelpPages
    from app.pages.home import HomePage
    from app.pages.ledgers import LedgerPages
    from app.pages.merging import MergePages
    from app.pages.own_lists import ListPages
    from app.pages.programme import ProgrammePage
    from app.pages.records import RecordPages
    from app.pages.reversing import ReversingPages
    from app.pages.team import TeamPage
    from app.pages.troubles import FormsPage
    from app.pages.unsent_pages import UnsentPages

    with app.app_context():
        for module in (
            sign_in, set_up, account, accounts, account_history, closing_account, work_teams, organisation,
        ):
            module.register(registry)
        for view in (
            HomePage, HealthPage, HelpPages, FindingPage, CasePages, MergePages, ProgrammePage, DerivingPages,
            DraftPages, RecordPages, FiguresPage, ExportPages, LedgerPages, ListPages, FilePages, ReversingPages,
            AcceptingPages, TeamPage, FormsPage, RecyclePage, UnsentPages,
        ):
            registry.add_view_no_menu(view)
