"""What is wrong with the form files, for those who look after them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from flask import current_app, render_template, url_for
from flask_babel import gettext, ngettext

from app.access.gate import administers, page
from app.access.view import View
from app.language.face import Face
from app.language.finding import Finding
from app.language.folder import only_advice
from app.language.form import Form
from app.language.texts import say
from app.pages.blocks import Block, HomeEntry
from app.pages.desk import Desk, desk


@dataclass(slots=True)
class FormLine:
    """One form in the overview."""

    title: str
    file: str
    paper: str
    version: int
    questions: int
    notes: list[tuple[str, str]]


class FormsPage(View):
    """Every form that runs, and every mistake in the files."""

    @page("/forms", administers("forms"))
    def forms(self) -> str:
        at = desk()
        return render_template(
            "forms.html", title=gettext("Forms"), findings=[found.say(gettext) for found in findings()],
            all_run=only_advice(findings()), forms=[_line(at, key) for key in at.cabinet.forms],
        )


def findings() -> list[Finding]:
    """What was wrong with the files when the app started."""
    found: list[Finding] = current_app.extensions["dosar_findings"]
    return found


def _file(key: str) -> str:
    files: dict[str, str] = current_app.extensions["dosar_form_files"]
    return PurePath(files.get(f"form:{key}", f"{key}.yaml")).name


def _line(at: Desk, key: str) -> FormLine:
    form, language = at.cabinet.forms[key], at.reading.language
    faces = at.cabinet.definition.faces.get(key, ())
    papers = dict.fromkeys(one.paper for one in (form, *faces) if one.paper)
    return FormLine(
        say(form.title, language), _file(key), ", ".join(papers), form.version, len(form.questions),
        list(_notes(form, faces, language)),
    )


def _notes(form: Form, faces: Sequence[Face], language: str) -> Iterator[tuple[str, str]]:
    """(what it is about, the remark): of the form, of its questions and their columns, of its faces."""
    if form.note:
        yield "", say(form.note, language)
    for question in form.questions.values():
        for one in (question, *question.columns_asked()):
            if one.note:
                labels = [say(question.label, language), *([say(one.label, language)] if one is not question else [])]
                yield ", ".join(labels), say(one.note, language)
    for face in faces:
        if face.note:
            yield say(face.title, language), say(face.note, language)


def trouble_block(at: Desk) -> Block | None:
    """A line on the first page of those who look after the forms, while something is wrong."""
    found = findings()
    if not found or "forms" not in at.worker.pages:
        return None
    told = ngettext(
        "%(num)s remark about the form files; all of them run",
        "%(num)s remarks about the form files; all of them run", len(found),
    ) if only_advice(found) else ngettext(
        "%(num)s mistake in the form files; the last good version runs",
        "%(num)s mistakes in the form files; the last good version runs", len(found),
    )
    return Block(gettext("Forms"), [HomeEntry(told, url_for("FormsPage.forms"))])
