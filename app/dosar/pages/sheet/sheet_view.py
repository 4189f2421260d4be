"""One sheet being filled in: a new one, or a kept one being corrected.

The same steps for both: read what was posted, press of a small button or of *Save*, judge, file or show
again with everything that was typed.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from json import dumps
from typing import Any

from flask import abort, flash, redirect, render_template, request
from flask_babel import gettext, refresh
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from dosar.access.i18n.languages import choose_language, request_wording
from dosar.database.form_tables import Record
from dosar.fields.dates import days_by_word
from dosar.fields.money import currencies_by_word
from dosar.filing.cells import CellReader
from dosar.filing.derive import derived_answers
from dosar.filing.opening.drafts import restored_draft, texts_differ, unasked_names
from dosar.filing.read import read_texts
from dosar.filing.result import ValidationResult, nothing_read
from dosar.filing.service import Consent, Typed, tidied, validate
from dosar.filing.settle import settled_answers
from dosar.filing.submission import Submission, answerable
from dosar.filing.texts import next_row_index
from dosar.language.form import Form, Section
from dosar.language.question import Answers, Question
from dosar.language.text.message import Message
from dosar.language.text.texts import text_in_language
from dosar.language.text.translations import LANGUAGES
from dosar.language.validation import AnswerPath, asked_at
from dosar.pages.context import PageContext
from dosar.pages.formatting import moment_text
from dosar.pages.posted_boxes import (
    FILE_NOT_KEPT,
    OWNER_BOX,
    TYPED_BOX,
    PostedBoxes,
    answers_as_posted,
    as_boxes,
    copy_row_boxes,
    take_saved_choices,
    texts_in,
    typed_boxes,
)
from dosar.pages.recovery.typed_texts import RowNumbers, question_of_box
from dosar.pages.rendering.form_rendering import FormRenderer
from dosar.pages.sheet.batch_entry import EntryBatch
from dosar.pages.sheet.case_budget import case_budget_lines
from dosar.pages.sheet.face_change import (
    ALSO_BOX,
    form_asking_also,
    questions_named_also,
)
from dosar.pages.sheet.faces import FormFaces
from dosar.pages.sheet.link_picker import link_picker_page
from dosar.pages.sheet.posting.derived_answers import offered_answers
from dosar.pages.sheet.posting.remote_mistakes import way_from
from dosar.pages.sheet.posting.uploads import refused_file_messages, take_uploads
from dosar.pages.sheet.returned_sheets import returned_notice
from dosar.pages.sheet.section_steps import has_section_steps, visible_sections
from dosar.pages.signed_tokens import is_submission_of, page_owner_token
from dosar.pages.urls import draft_url, sheet_page_url
from dosar.records.unsaved import drafts
from dosar.records.unsaved.drafts import DraftPlace

TOKEN_BOXES = ("_once", "_seen")
"""A draft goes on with the tokens it began with: it files one sheet, and knows the version it saw."""

PageResponse = Response | str | tuple[str, int]


@dataclass
class SheetEditor:
    """A sheet being filled in: ``form`` is as the worker fills it, ``whole`` with every question."""

    context: PageContext
    form: Form
    whole: Form
    place: DraftPlace
    """What the draft of this page is kept under, whichever paper it shows."""
    kept: Answers = field(default_factory=dict)
    """The record's answers, all of them; empty for a new sheet."""
    case: Record | None = None
    record: Record | None = None
    step: int | None = None
    hidden: dict[str, str] = field(default_factory=dict)
    cancel_url: str = "/"
    step_url: Callable[[int], str] | None = None
    draft_from: str = ""
    """When the draft that stands on the page was kept."""
    files_again: list[tuple[str, str]] = field(default_factory=list)
    """The boxes whose files are to be chosen once more: (id, label)."""
    papers: FormFaces | None = None
    batch: EntryBatch | None = None
    """What was typed in before it, where sheet follows sheet."""
    begin_at: str = ""
    """The question that is looked at first when the page comes back."""
    face_url: Callable[[str], str] | None = None
    """The same page on another paper, where there is a choice."""

    added: Section | None = None
    """What was typed on another paper and stands on none of this one's sections: the last of the form's."""

    def __post_init__(self) -> None:
        self.cells = CellReader(self.context.reading)

    @property
    def face(self) -> str:
        """The paper this page shows, as an address says it."""
        return self.papers.url_arguments.get("face", "") if self.papers else ""

    @property
    def action(self) -> str:
        """The address of the page."""
        return sheet_page_url(self.place, self.face)

    @property
    def sections(self) -> Sequence[Section]:
        """The sections on this page."""
        if self.step is None:
            return self.form.sections
        return [self.form.sections[self.step], *([self.added] if self.added else [])]

    @property
    def questions(self) -> list[Question]:
        """The questions on this page that can be answered."""
        asked = (question for section in self.sections for question in section.questions)
        return answerable(asked, self.context.worker.roles)

    @property
    def known(self) -> Form:
        """The form as she may know it, whichever paper the page shows."""
        return self.papers.known if self.papers else self.form

    @property
    def submission(self) -> Submission:
        """What this page hands in."""
        return Submission(
            self.context.repository,
            self.context.actor,
            self.cells,
            self.whole,
            self.known,
            self.questions,
            self.context.forms,
            self.case.id if self.case is not None else None,
            self.record,
            self.kept,
        )

    def editable_answers(self, answers: Answers) -> Answers:
        """The answers as they stand in boxes: without the rows that nobody changes."""
        known = {name: {row["id"] for row in rows} for name, rows in self.submission.fixed.items()}
        return {
            **answers,
            **{name: [row for row in answers.get(name) or () if row["id"] not in ids] for name, ids in known.items()},
        }

    def _renumbered_rows(self, posted: PostedBoxes) -> PostedBoxes:
        return as_boxes(tidied(self.submission, texts_in(posted)).texts)

    def opened(self) -> str:
        """The page as it opens: with the draft, if the worker left one here."""
        begun = drafts.find_draft(self.context.repository, self.context.worker.id, self.place)
        if begun is None:
            return self.show_page()
        posted: PostedBoxes = MultiDict(begun.boxes)
        self.draft_from = moment_text(begun.saved_at)
        if not is_submission_of(posted.get("_once", ""), self.context.worker.id):
            posted.poplist("_once")
        self.hidden.update({name: posted[name] for name in TOKEN_BOXES if name in posted})
        posted = self._renumbered_rows(self._boxes_on_this_face(posted, begun.face))
        self.files_again = self._files_not_kept(posted)
        return self.show_page(posted)

    def _files_not_kept(self, posted: PostedBoxes) -> list[tuple[str, str]]:
        rows, questions = RowNumbers(), {question.name: question for question in self.questions}
        told = [(box, question_of_box(box, questions, rows)[1]) for box in posted]
        return [
            (box.replace(".", "-"), label)
            for box, label in told
            if label and any(text.startswith(FILE_NOT_KEPT) for text in posted.getlist(box))
        ]

    def _boxes_on_this_face(self, posted: PostedBoxes, face: str) -> PostedBoxes:
        """The boxes of a draft, whichever paper it was typed on; what this one lacks is asked too."""
        if self.papers is None or not self.papers.faces:
            return posted
        known = self.papers.known
        draft, begun = texts_in(posted), texts_in(self._initial_boxes(list(known.asked())))
        if face and face != self.face:
            was = self._asked_on(self.papers.on(face).form)
            draft = restored_draft(draft, was, self.questions, begun, known.face)
        self._add_questions(unasked_names(known, self.questions, draft, begun, self.cells))
        return as_boxes(draft)

    def _asked_on(self, form: Form) -> list[Question]:
        """The questions of this page as another paper asks it: a new sheet begins with its first section."""
        step = (0 if has_section_steps(form) else None) if self.record is None else self.step
        sections = form.sections if step is None else form.sections[step : step + 1]
        return [question for section in sections for question in section.questions]

    def _add_questions(self, names: Sequence[str]) -> None:
        """Ask these questions of the whole form too; the page says which, for the next time it is sent."""
        if not names or self.papers is None:
            return
        wanted = questions_named_also(self.papers.known, names, self.context.worker.roles)
        self.form, self.added = form_asking_also(self.form, wanted, {question.name for question in self.questions})
        self.hidden[ALSO_BOX] = " ".join(wanted)

    def _initial_boxes(self, questions: Sequence[Question]) -> PostedBoxes:
        """What stands in the boxes of these questions before anything is typed."""
        # a CNP on another page tells the birth date here, for her to see before it is saved
        following = derived_answers(self.form.questions.values(), self.kept, self.cells)
        return answers_as_posted(questions, self.editable_answers({**self.kept, **following}), self.context.reading)

    def show_page(self, posted: PostedBoxes | None = None) -> str:
        """The page with what was kept, or with what stands in these boxes."""
        return self._page(self._initial_boxes(self.questions) if posted is None else posted)

    def is_typed(self, posted: PostedBoxes) -> bool:
        """Whether something stands on the page that did not when it was opened."""
        begun = texts_in(self._initial_boxes(self.questions))
        return texts_differ(self.questions, texts_in(posted), begun, self.cells)

    @property
    def carried(self) -> dict[str, str]:
        """The boxes that say whose page it is, and what it asks beside its paper."""
        also = {ALSO_BOX: self.hidden[ALSO_BOX]} if ALSO_BOX in self.hidden else {}
        return {OWNER_BOX: page_owner_token(self.context.worker.id, self.whole.key), **also}

    def answer_post(self, file: Callable[[ValidationResult, Consent], PageResponse]) -> PageResponse:
        """What a post of the page leads to; ``file`` keeps answers that stand every check."""
        posted: PostedBoxes = MultiDict(request.form)
        self._add_questions(posted.get(ALSO_BOX, "").split())
        posted = take_saved_choices(self.questions, posted, self.kept, self.context.reading)
        refused = take_uploads(self.context, self.whole.key, self.questions, posted)
        posted = self._renumbered_rows(posted)
        something_typed = posted.pop(TYPED_BOX, "") == "1"
        for press, respond in BUTTON_ACTIONS.items():
            if press in posted:
                if something_typed:
                    self.keep_draft(posted)
                if refused:
                    return self._page(posted, nothing_read(refused_file_messages(refused, posted))), 422
                return respond(self, posted)
        consent = Consent(bool(posted.get("_confirmed")), posted.get("_reason", ""))
        result = validate(self.submission, Typed(texts_in(posted)), refused_file_messages(refused, posted))
        if not result.may_be_kept(consent.confirmed):
            self.keep_draft(posted)
            return self._page(posted, result), 422
        begun_at = self.place
        filed = file(result, consent)
        if isinstance(filed, Response):
            self._tell(result.understood)
            drafts.discard_draft(self.context.repository, self.context.worker.id, begun_at)
        else:
            self.keep_draft(posted)
        return filed

    def _tell(self, understood: Mapping[AnswerPath, Message]) -> None:
        """Say which answers were taken for other ones than stood in the boxes."""
        for where, message in understood.items():
            asked = asked_at(self.form, where)
            flash(f"{text_in_language(asked.label, self.context.reading.language)}: {message.say(gettext)}", "info")

    def keep_draft(self, posted: PostedBoxes) -> datetime:
        """What is not saved waits as a draft, if she goes away now; returns the moment."""
        return drafts.keep_draft(
            self.context.repository, self.context.worker.id, self.place, typed_boxes(posted), self.face
        )

    def _page(self, posted: PostedBoxes, result: ValidationResult | None = None) -> str:
        context, submission = self.context, self.submission
        read = read_texts(self.questions, texts_in(posted), self.cells, submission.fixed)
        everything = settled_answers(submission, read.answers)
        drawn = [question for section in self.sections for question in section.questions]
        filling = FormRenderer(
            self.form,
            posted,
            everything,
            context.reading,
            context.titles(drawn, everything),
            pick=self.action,
            mistakes=result.unread if result else {},
            complaints=result.complaints if result else (),
            way=partial(way_from, self),
            whole=self.whole,
            others=self._others(),
            fixed=submission.fixed,
            offers=offered_answers(self.form.questions.values(), everything, self.cells),
        )
        problems = filling.problems()
        return render_template(
            "sheet/sheet.html",
            title=self._title(),
            form_title=text_in_language(self.form.title, context.reading.language),
            case=context.case_head(self.case),
            action=self.action,
            sections=filling.sections(self.sections),
            problems=problems,
            doubts=[] if problems else filling.doubts(),
            hidden={**self.hidden, **self.carried},
            cancel_url=self.cancel_url,
            save_label=gettext("Save"),
            more_label=self._more_label(),
            step=self._steps(everything),
            draft_url=draft_url(self.place, self.face),
            place=draft_url(self.place, ""),
            draft_from=self.draft_from,
            files_again=self.files_again,
            intro=text_in_language(self.form.intro, context.reading.language),
            returned=returned_notice(context, self.record) if self.record is not None else None,
            begin_at=self.begin_at,
            batch=self.batch,
            money=case_budget_lines(context, self.form.key, self.case),
            reading_language=context.reading.language,
            languages_read=" ".join(LANGUAGES),
            day_words=dumps(days_by_word()),
            currency_words=dumps(currencies_by_word()),
            today=context.reading.today.isoformat(),
            **self._papers(everything),
        )

    def _others(self) -> dict[str, str]:
        """The questions others answer, and who: this worker only reads them."""
        roles, language = self.context.repository.definition.roles, self.context.reading.language
        return {
            question.name: ", ".join(text_in_language(role.title, language) for role in roles.held(question.written_by))
            for section in self.sections
            for question in section.questions
            if not question.is_written_by(self.context.worker.roles)
        }

    def _papers(self, answers: Answers) -> dict[str, Any]:
        """The ways to other papers, and what this one does not show."""
        if self.papers is None:
            return {}
        links = self.papers.links(self.face_url) if self.face_url else []
        return {"faces": links, "left_out": self.papers.left_out(answers) if self.record else []}

    def _title(self) -> str:
        return text_in_language(self.form.title, self.context.reading.language)

    def _more_label(self) -> str:
        if self.record is None and self.step is None:
            return gettext("Save and add another")
        more = self.step is not None and self.step + 1 < len(self._ordered_sections)
        return gettext("Save and go on") if more else ""

    def _steps(self, answers: Answers) -> "SectionSteps | None":
        """The sections that are there, and the one on this page."""
        if self.step is None:
            return None
        address, language = self.step_url, self.context.reading.language
        places = sorted({*self._places(answers), self.step})
        titles = (
            []
            if address is None
            else [
                (text_in_language(self.form.sections[place].title, language), address(place), place == self.step)
                for place in places
            ]
        )
        return SectionSteps(places.index(self.step) + 1, len(places), titles)

    def next_step(self, answers: Answers) -> int | None:
        """The place of the section to go on with, under these answers."""
        return next((place for place in self._places(answers) if place > (self.step or 0)), None)

    def _places(self, answers: Answers) -> list[int]:
        """The places of the sections that ask something and are filled in one after the other."""
        there = visible_sections(self.form, self.whole, answers, self.context.reading.today)
        return [place for place in there if self.form.sections[place] is not self.added]

    @property
    def _ordered_sections(self) -> list[Section]:
        """The sections that are filled in one after the other."""
        return [section for section in self.form.sections if section is not self.added]


@dataclass
class SectionSteps:
    """Where this page stands among the sections of a long form."""

    number: int
    count: int
    titles: list[tuple[str, str, bool]]


def _change_rows(sheet: SheetEditor, posted: PostedBoxes) -> str:
    """Add, copy or delete a row, without JavaScript."""
    what, _, where = posted.pop("_row").partition(" ")
    table, _, index = where.partition(".")
    asked = sheet.form.questions.get(table)
    if asked is not None and asked.columns_asked():
        ROW_CHANGES.get(what, _add_row)(posted, table, index)
        if what == "add" and index.isdecimal() and 0 < int(index) < len(asked.parts):
            _set_row_part(posted, table, asked.parts[int(index)])
    return sheet.show_page(posted)


def _add_row(posted: PostedBoxes, table: str, index: str) -> None:
    posted[f"{table}.{next_row_index(table, posted)}.id"] = ""


def _set_row_part(posted: PostedBoxes, table: str, part: Any) -> None:
    """The row just added stands in this table of the paper."""
    posted[f"{table}.{next_row_index(table, posted) - 1}.{part.by}"] = part.choices[0]


def _copy_row(posted: PostedBoxes, table: str, index: str) -> None:
    new = f"{table}.{next_row_index(table, posted)}."
    copy_row_boxes(posted, f"{table}.{index}.", posted, new)
    posted[f"{new}id"] = ""


def _delete_row(posted: PostedBoxes, table: str, index: str) -> None:
    for name in [name for name in posted if name.startswith(f"{table}.{index}.")]:
        posted.poplist(name)


ROW_CHANGES = {"add": _add_row, "copy": _copy_row, "delete": _delete_row}


def _change_language(sheet: SheetEditor, posted: PostedBoxes) -> PageResponse:
    """The same page in the other language, with everything typed still in it."""
    code = posted.pop("_language")
    if code not in LANGUAGES:
        abort(400)
    answer = redirect(request.path)
    choose_language(code, answer)
    refresh()
    sheet.context.reading = replace(sheet.context.reading, language=request_wording())
    sheet.cells = CellReader(sheet.context.reading)
    answer.set_data(sheet.show_page(posted))
    answer.status_code = 200
    answer.headers.pop("Location", None)
    return answer


def _open_link_picker(sheet: SheetEditor, posted: PostedBoxes) -> PageResponse:
    return link_picker_page(sheet.context, sheet.form, sheet.case, sheet.action, posted)


def _take_picked_record(sheet: SheetEditor, posted: PostedBoxes) -> str:
    """Back from the picking page with a record chosen."""
    name, _, chosen = posted.pop("_picked").partition("=")
    posted.setlist(name, [chosen] if chosen.isdecimal() else [])
    posted.pop("_pick", None)
    if name:
        sheet.keep_draft(posted)
    sheet.begin_at = name.replace(".", "-")
    return sheet.show_page(posted)


def _take_offered_answer(sheet: SheetEditor, posted: PostedBoxes) -> str:
    """An answer that was offered beside its question is put in."""
    name, _, text = posted.pop("_offered").partition("=")
    if any(question.name == name for question in sheet.questions):
        posted.setlist(name, [text])
        sheet.begin_at = name
    return sheet.show_page(posted)


def _keep_draft(sheet: SheetEditor, posted: PostedBoxes) -> str:
    """Keep the draft, without JavaScript."""
    posted.pop("_draft")
    sheet.draft_from = moment_text(sheet.keep_draft(posted))
    return sheet.show_page(posted)


def _discard_draft(sheet: SheetEditor, posted: PostedBoxes) -> Response:
    drafts.discard_draft(sheet.context.repository, sheet.context.worker.id, sheet.place)
    return redirect(sheet.action, 303)


def _change_face(sheet: SheetEditor, posted: PostedBoxes) -> Response:
    """To another paper, where what is typed stands too."""
    face = posted.pop("_face")
    if sheet.face_url is None:
        abort(400)
    if sheet.added or sheet.is_typed(posted):
        sheet.keep_draft(posted)
    return redirect(sheet.face_url(face), 303)


BUTTON_ACTIONS: dict[str, Callable[[SheetEditor, PostedBoxes], PageResponse]] = {
    "_row": _change_rows,
    "_language": _change_language,
    "_picked": _take_picked_record,
    "_pick": _open_link_picker,
    "_offered": _take_offered_answer,
    "_draft": _keep_draft,
    "_discard": _discard_draft,
    "_face": _change_face,
}
"""The small buttons of a sheet's page: each shows the page again, nothing is kept."""


def saved_response(text: str, url: str, undo: tuple[str, str] | None = None) -> Response:
    """Say that it is saved, with a way back, and go on."""
    notice: Any = {"text": text, "label": undo[0], "url": undo[1]} if undo else text
    flash(notice, "success")
    return redirect(url, 303)


def section_or_404(form: Form, step: int | None) -> int | None:
    """The section's place, counted from 0, for an address that counts from 1; all sections when it does not."""
    if step is None:
        return None
    if not 1 <= step <= len(form.sections):
        abort(404)
    return step - 1
