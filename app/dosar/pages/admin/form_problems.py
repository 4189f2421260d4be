"""What is wrong with the form files, for those who look after them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from flask import current_app, render_template, url_for
from flask_babel import gettext, ngettext

from dosar.access.appbuilder.view import PageView
from dosar.access.authorization import page_route, requires_page
from dosar.language.face import Face
from dosar.language.form import Form
from dosar.language.load.finding import Finding
from dosar.language.load.folder import is_only_advice
from dosar.language.text.texts import text_in_language
from dosar.pages.blocks import HomeBlock, HomeEntry
from dosar.pages.context import PageContext, page_context


@dataclass(slots=True)
class FormLine:
    """One form in the overview."""

    title: str
    file: str
    paper: str
    version: int
    questions: int
    notes: list[tuple[str, str]]


class FormProblemsPage(PageView):
    """Every form that runs, and every mistake in the files."""

    @page_route("/forms", requires_page("forms"))
    def forms(self) -> str:
        context = page_context()
        return render_template(
            "admin/form_problems.html",
            title=gettext("Forms"),
            findings=[found.say(gettext) for found in form_findings()],
            all_run=is_only_advice(form_findings()),
            forms=[_form_line(context, key) for key in context.repository.forms],
        )


def form_findings() -> list[Finding]:
    """What was wrong with the files when the app started."""
    found: list[Finding] = current_app.extensions["dosar_findings"]
    return found


def _form_file(key: str) -> str:
    files: dict[str, str] = current_app.extensions["dosar_form_files"]
    return PurePath(files.get(f"form:{key}", f"{key}.yaml")).name


def _form_line(context: PageContext, key: str) -> FormLine:
    form, language = context.repository.forms[key], context.reading.language
    faces = context.repository.definition.faces.get(key, ())
    papers = dict.fromkeys(filter(None, (form.paper, *(face.paper for face in faces))))
    return FormLine(
        text_in_language(form.title, language),
        _form_file(key),
        ", ".join(papers),
        form.version,
        len(form.questions),
        list(_form_notes(form, faces, language)),
    )


def _form_notes(form: Form, faces: Sequence[Face], language: str) -> Iterator[tuple[str, str]]:
    """(what it is about, the remark): of the form, of its questions and their columns, of its faces."""
    if form.note:
        yield "", text_in_language(form.note, language)
    for question in form.questions.values():
        for part in (question, *question.columns_asked()):
            if part.note:
                labels = [
                    text_in_language(question.label, language),
                    *([text_in_language(part.label, language)] if part is not question else []),
                ]
                yield ", ".join(labels), text_in_language(part.note, language)
    for face in faces:
        if face.note:
            yield text_in_language(face.title, language), text_in_language(face.note, language)


def form_problems_block(context: PageContext) -> HomeBlock | None:
    """A line on the first page of those who look after the forms, while something is wrong."""
    found = form_findings()
    if not found or "forms" not in context.worker.pages:
        return None
    text = (
        ngettext(
            "%(num)s remark about the form files; all of them run",
            "%(num)s remarks about the form files; all of them run",
            len(found),
        )
        if is_only_advice(found)
        else ngettext(
            "%(num)s mistake in the form files; the last good version runs",
            "%(num)s mistakes in the form files; the last good version runs",
            len(found),
        )
    )
    return HomeBlock(gettext("Forms"), [HomeEntry(text, url_for("FormProblemsPage.forms"))])
