"""What the organisation is called, which language and which time zone it works in."""

from typing import Any

from flask import flash, redirect, render_template
from flask_babel import gettext

from dosar.access.appbuilder.view import PageView
from dosar.access.authorization import page_route, requires_page
from dosar.access.i18n.languages import request_language, wording_countries
from dosar.access.services import access_services
from dosar.access.settings import Organisation
from dosar.pages.input.forms import OrganisationForm


class OrganisationPage(PageView):
    """One small form."""

    @page_route("/organisation", requires_page("organisation"), ("GET", "POST"))
    def organisation(self) -> Any:
        saved = access_services().organisation()
        form = OrganisationForm(
            organisation=saved.name,
            language=saved.language or request_language(),
            country=saved.country or wording_countries()[0],
            time_zone=saved.time_zone or "",
        )
        if not form.validate_on_submit():
            return render_template("admin/organisation.html", form=form), 422 if form.errors else 200
        with access_services().store.writing():
            access_services().update_organisation(
                Organisation(form.organisation.data, form.language.data, form.country.data, form.time_zone.data or None)
            )
        flash(gettext("Saved."), "success")
        return redirect("/organisation", 303)
