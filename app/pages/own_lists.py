"""What a worker chooses about a form's list: its columns, and filters saved under a name."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext
from werkzeug.wrappers import Response

from app.access.gate import may, page
from app.access.view import View
from app.language.texts import say
from app.pages.asked import AskedOption
from app.pages.desk import desk
from app.pages.listing import wish_of
from app.records.lists import MOST_COLUMNS, showable, shown_columns
from app.records.saved_lists import choose_columns, forget_list, own_lists, save_list


class ListPages(View):
    """Each post leads back to the list as it was."""

    @page("/records/<form>/columns", may("see"))
    def columns(self, form: str) -> str:
        at, known = desk(), desk().form(form)
        shown = shown_columns(known, wish_of(known, own_lists(at.cabinet, at.worker.id, form).columns))
        language = at.reading.language
        return render_template(
            "columns.html", title=gettext("Choose columns"), form_title=say(known.plural or known.title, language),
            action=_here("ListPages.choose", form), back_url=_here("RecordPages.list", form), most=MOST_COLUMNS,
            columns=[
                AskedOption(name, say(known.questions[name].label, language), name in shown) for name in showable(known)
            ],
        )

    @page("/records/<form>/columns", may("see"), methods=("POST",))
    def choose(self, form: str) -> Response:
        at, known = desk(), desk().form(form)
        wanted = request.form.getlist("columns") if "own" not in request.form else []
        chosen = choose_columns(at.cabinet, at.worker.id, known, wanted)
        if len(set(wanted)) > chosen:
            told = ngettext(
                "A list has room for %(num)s column; the first one is shown.",
                "A list has room for %(num)s columns; the first ones are shown.", MOST_COLUMNS,
            )
            flash(told, "warning")
        return redirect(_here("RecordPages.list", form), 303)

    @page("/records/<form>/saved", may("see"), methods=("POST",))
    def save(self, form: str) -> Response:
        at, known = desk(), desk().form(form)
        name = " ".join(request.form.get("name", "").split())
        if name:
            save_list(at.cabinet, at.worker.id, form, name, wish_of(known))
            flash(gettext("The list is saved. It stands above the records."), "success")
        else:
            flash(gettext("Write a name for the list, then save it again."), "danger")
        return redirect(_here("RecordPages.list", form), 303)

    @page("/records/<form>/saved/<int:list_id>/forget", may("see"), methods=("POST",))
    def forget(self, form: str, list_id: int) -> Response:
        forget_list(desk().cabinet, desk().worker.id, form, list_id)
        return redirect(_here("RecordPages.list", form), 303)


def _here(endpoint: str, form: str) -> str:
    """An address about the list as it stands, filters and order included."""
    query: dict[str, Any] = request.args.to_dict()
    return url_for(endpoint, **{**query, "form": form})
