"""What the organisation is called, which language and which time zone it works in."""

from typing import Any

from flask import flash, redirect, render_template
from flask_appbuilder import AppBuilder
from flask_babel import gettext

from app.access.gate import administers, page
from app.access.guarded import guarded
from app.access.languages import language
from app.access.organisation import Organisation
from app.access.view import View
from app.pages.boxes import OrganisationBoxes


class OrganisationPage(View):
    """One small form."""

    @page("/organisation", administers("organisation"), ("GET", "POST"))
    def organisation(self) -> Any:
        kept = guarded().organisation()
        form = OrganisationBoxes(
            organisation=kept.name, language=kept.language or language(), country=kept.country or "RO",
            time_zone=kept.time_zone or "",
        )
        if not form.validate_on_submit():
            return render_template("organisation.html", form=form), 422 if form.errors else 200
        with guarded().store.writing():
            guarded().name_organisation(Organisation(
                form.organisation.data, form.language.data, form.country.data, form.time_zone.data or None
            ))
        flash(gettext("Saved."), "success")
        return redirect("/organisation", 303)


def register(appbuilder: AppBuilder) -> None:
    appbuilder.add_view_no_menu(OrganisationPage)
