"""The register of processing (GDPR art. 30): a page to read and to print, and a file."""

from collections.abc import Sequence
from typing import Any

from flask import Response, render_template
from flask_babel import gettext

from dosar.access.appbuilder.view import PageView
from dosar.access.audit.audit_term import read_audit_years
from dosar.access.authorization import page_route, requires_page
from dosar.access.services import access_services
from dosar.exchange.spreadsheets import XLSX_MEDIA_TYPE, xlsx_file
from dosar.pages.context import PageContext, page_context
from dosar.pages.formatting import day_text
from dosar.pages.rights.measures import installation, security_measures
from dosar.records.rights.processing_register import Processing, processing_register


class RegisterPage(PageView):
    """Made from the forms that run: it holds no data of anybody."""

    @page_route("/rights/register", requires_page("rights"))
    def register(self) -> Any:
        context = page_context()
        return render_template(
            "rights/register.html",
            title=gettext("Register of processing"),
            controller=access_services().organisation(),
            may_complete="organisation" in context.worker.pages,
            made_on=day_text(context.reading.today),
            heads=_heads(),
            lines=[_cells(line) for line in _register(context)],
            security=security_measures(_audit_years(context)),
        )

    @page_route("/rights/register.xlsx", requires_page("rights"))
    def file(self) -> Response:
        context = page_context()
        security = " ".join(security_measures(_audit_years(context)))
        organisation = access_services().organisation()
        controller = "; ".join(filter(None, (organisation.name, organisation.contact)))
        beside = [security, controller, organisation.data_protection, organisation.processors]
        rows = [[*_cells(line), *beside] for line in _register(context)]
        heads = [
            *_heads(),
            gettext("Security"),
            gettext("Who is responsible"),
            gettext("Whom to ask about data"),
            gettext("Who works on the data for you"),
        ]
        made = xlsx_file(heads, rows, gettext("Register of processing"))
        name = f"register-{context.reading.today.isoformat()}.xlsx"
        disposition = f'attachment; filename="{name}"'
        return Response(made, content_type=XLSX_MEDIA_TYPE, headers={"Content-Disposition": disposition})


def _register(context: PageContext) -> list[Processing]:
    definition, here = context.repository.definition, installation(_audit_years(context))
    return processing_register(definition.forms, definition.roles, definition.menu, context.reading.language, here)


def _audit_years(context: PageContext) -> int:
    return read_audit_years(context.repository.session)


def _heads() -> list[str]:
    return [
        gettext("Processing"),
        gettext("Purpose"),
        gettext("Legal ground"),
        gettext("Whose data"),
        gettext("Kinds of data"),
        gettext("Recipients outside"),
        gettext("Countries outside the EEA"),
        gettext("Who sees them"),
        gettext("Who writes them"),
        gettext("Who may take lists along"),
        gettext("Kept for"),
    ]


def _cells(line: Processing) -> list[str]:
    missing = gettext("not written yet: in the form, or in its group of the menu")
    return [
        line.title,
        line.purpose or missing,
        line.legal_basis or missing,
        _joined(line.persons),
        _joined(line.data),
        _joined(line.recipients),
        line.transfers,
        *map(_joined, (line.seen_by, line.written_by, line.taken_by, line.kept)),
    ]


def _joined(words: Sequence[str]) -> str:
    return "; ".join(words) or "–"
