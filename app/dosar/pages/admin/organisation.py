"""What the organisation is called, which language and which time zone it works in."""

from typing import Any

from flask import flash, redirect, render_template
from flask_babel import gettext

from dosar.access.appbuilder.view import PageView
from dosar.access.audit.audit_term import read_audit_years, set_audit_years, waiting_years
from dosar.access.authorization import current_worker, page_route, requires_page
from dosar.access.i18n.languages import request_language, wording_countries
from dosar.access.organisation.settings import Organisation
from dosar.access.services import access_services
from dosar.pages.input.forms import AuditYearsForm, OrganisationSettingsForm


class OrganisationPage(PageView):
    """One small form."""

    @page_route("/organisation", requires_page("organisation"), ("GET", "POST"))
    def organisation(self) -> Any:
        saved = access_services().organisation()
        form = OrganisationSettingsForm(
            organisation=saved.name,
            language=saved.language or request_language(),
            country=saved.country or wording_countries()[0],
            time_zone=saved.time_zone or "",
            contact=saved.contact,
            data_protection=saved.data_protection,
            processors=saved.processors,
        )
        if not form.validate_on_submit():
            return _organisation_page(form)
        with access_services().store.writing():
            access_services().update_organisation(
                Organisation(
                    form.organisation.data,
                    form.language.data,
                    form.country.data,
                    form.time_zone.data or None,
                    form.contact.data or "",
                    form.data_protection.data or "",
                    form.processors.data or "",
                )
            )
        flash(gettext("Saved."), "success")
        return redirect("/organisation", 303)

    @page_route("/organisation/audit-years", requires_page("organisation").with_recent_proof(), ("POST",))
    def audit_years(self) -> Any:
        form = AuditYearsForm()
        if not form.validate():
            flash(gettext("Choose a number of the list."), "warning")
        elif set_audit_years(access_services(), current_worker(), int(form.years.data)):
            flash(gettext("Saved."), "success")
        else:
            told = gettext("Somebody who watches over the audit log has to confirm it now, on the page “Audit log”.")
            flash(told, "success")
        return redirect("/organisation", 303)


def _organisation_page(form: OrganisationSettingsForm) -> Any:
    services = access_services()
    years, asked = read_audit_years(services.session), waiting_years(services)
    page = render_template(
        "admin/organisation.html",
        form=form,
        years_form=AuditYearsForm(formdata=None, years=str(years)),
        asked_years=asked.years if asked else None,
    )
    return page, form.status
