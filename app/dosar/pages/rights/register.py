"""The register of processing (GDPR art. 30): a page to read and to print, and a file."""

from typing import Any

from flask import Response, render_template
from flask_babel import gettext

from dosar.access.appbuilder.view import PageView
from dosar.access.authorization import page_route, requires_page
from dosar.access.services import access_services
from dosar.exchange.spreadsheets import xlsx_file
from dosar.pages.context import PageContext, page_context
from dosar.pages.formatting import day_text
from dosar.records.rights.processing_register import Processing, processing_register, security_measures

XLSX_MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class RegisterPage(PageView):
    """Made from the forms that run: it holds no data of anybody."""

    @page_route("/rights/register", requires_page("rights"))
    def register(self) -> Any:
        context = page_context()
        return render_template(
            "rights/register.html",
            title=gettext("Register of processing"),
            organisation=access_services().organisation().name,
            made_on=day_text(context.reading.today),
            heads=_heads(),
            lines=[_cells(line) for line in _register(context)],
            security=security_measures(context.reading.language),
        )

    @page_route("/rights/register.xlsx", requires_page("rights"))
    def file(self) -> Response:
        context = page_context()
        security = "; ".join(security_measures(context.reading.language))
        rows = [[*_cells(line), security] for line in _register(context)]
        made = xlsx_file([*_heads(), gettext("Security")], rows, gettext("Register of processing"))
        name = f"register-{context.reading.today.isoformat()}.xlsx"
        disposition = f'attachment; filename="{name}"'
        return Response(made, content_type=XLSX_MEDIA_TYPE, headers={"Content-Disposition": disposition})


def _register(context: PageContext) -> list[Processing]:
    definition = context.repository.definition
    return processing_register(definition.forms, definition.roles, context.reading.language)


def _heads() -> list[str]:
    return [
        gettext("Processing"),
        gettext("Purpose"),
        gettext("Whose data"),
        gettext("Kinds of data"),
        gettext("Recipients outside"),
        gettext("Who sees them"),
        gettext("Kept for"),
    ]


def _cells(line: Processing) -> list[str]:
    lists = (line.persons, line.data, line.recipients, line.seen_by, line.kept)
    return [line.title, line.purpose, *("; ".join(words) or "–" for words in lists)]
