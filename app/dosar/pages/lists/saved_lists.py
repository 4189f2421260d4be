"""What a worker chooses about a form's list: its columns, and filters saved under a name."""

from flask import flash, redirect, render_template, request
from flask_babel import gettext, lazy_gettext, ngettext
from werkzeug.wrappers import Response
from wtforms import SelectMultipleField, StringField, SubmitField

from dosar.access.appbuilder.view import PageView
from dosar.access.authorization import page_route, requires_permission
from dosar.language.text.texts import text_in_language
from dosar.pages.context import page_context
from dosar.pages.input.forms import TranslatedForm
from dosar.pages.lists.list_view import requested_list_query
from dosar.pages.rendering.question_view import PageOption
from dosar.pages.urls import page_url
from dosar.records.lists.list_columns import MAX_LIST_COLUMNS, showable_columns, shown_columns
from dosar.records.lists.saved_lists import choose_columns, forget_list, own_lists, save_list


class ColumnsForm(TranslatedForm):
    """The columns of one's own; what the list has not is left out where they are kept."""

    columns = SelectMultipleField(validate_choice=False)
    own = SubmitField(lazy_gettext("Show the usual columns"))


class SavedListForm(TranslatedForm):
    """A name for the list as it stands."""

    name = StringField(filters=[lambda name: " ".join((name or "").split())])


class ListPages(PageView):
    """Each post leads back to the list as it was."""

    @page_route("/records/<form>/columns", requires_permission("see"))
    def columns(self, form: str) -> str:
        context, known = page_context(), page_context().form(form)
        shown = shown_columns(
            known, requested_list_query(known, own_lists(context.repository, context.worker.id, form).columns)
        )
        language = context.reading.language
        return render_template(
            "lists/columns.html",
            title=gettext("Choose columns"),
            form_title=text_in_language(known.plural or known.title, language),
            action=_list_address("ListPages.choose", form),
            back_url=_list_address("RecordPages.list", form),
            most=MAX_LIST_COLUMNS,
            columns=[
                PageOption(name, text_in_language(known.questions[name].label, language), name in shown)
                for name in showable_columns(known)
            ],
        )

    @page_route("/records/<form>/columns", requires_permission("see"), methods=("POST",))
    def choose(self, form: str) -> Response:
        context, known = page_context(), page_context().form(form)
        choosing = ColumnsForm()
        columns = [] if choosing.own.data else choosing.columns.data
        chosen = choose_columns(context.repository, context.worker.id, known, columns)
        if len(set(columns)) > chosen:
            message = ngettext(
                "A list has room for %(num)s column; the first one is shown.",
                "A list has room for %(num)s columns; the first ones are shown.",
                MAX_LIST_COLUMNS,
            )
            flash(message, "warning")
        return redirect(_list_address("RecordPages.list", form), 303)

    @page_route("/records/<form>/saved", requires_permission("see"), methods=("POST",))
    def save(self, form: str) -> Response:
        context, known = page_context(), page_context().form(form)
        name = SavedListForm().name.data
        if name:
            save_list(context.repository, context.worker.id, form, name, requested_list_query(known))
            flash(gettext("The list is saved. It stands above the records."), "success")
        else:
            flash(gettext("Write a name for the list, then save it again."), "danger")
        return redirect(_list_address("RecordPages.list", form), 303)

    @page_route("/records/<form>/saved/<int:list_id>/forget", requires_permission("see"), methods=("POST",))
    def forget(self, form: str, list_id: int) -> Response:
        forget_list(page_context().repository, page_context().worker.id, form, list_id)
        return redirect(_list_address("RecordPages.list", form), 303)


def _list_address(endpoint: str, form: str) -> str:
    """An address about the list as it stands, filters and order included."""
    return page_url(endpoint, request.args, form=form)
