"""One sheet on the desk: a new one, or a kept one being corrected.

The same steps for both: read what was posted, press of a small button or of *Save*, judge, file or show
again with everything that was typed.
"""

from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from flask import abort, flash, redirect, render_template, request
from flask_babel import gettext, refresh
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from app.access.languages import choose, wording
from app.filing.cells import CellReader
from app.filing.derive import derived_answers
from app.filing.read import read_texts
from app.filing.texts import next_row_index, renumber_rows
from app.language.answering import Complaint, Where, asked_at, changed_questions, complaints, settled
from app.language.form import Form, Section
from app.language.message import Message
from app.language.question import Answers, Question
from app.language.texts import LANGUAGES, say
from app.pages.addresses import draft_url, page_url
from app.pages.beside import money_beside
from app.pages.deriving import offers
from app.pages.desk import Desk
from app.pages.dropped import would_drop
from app.pages.duplicates import known_already, numbered_already
from app.pages.elsewhere import led
from app.pages.face_change import ALSO, asking_also, brought_over, differs, left_over, named_also
from app.pages.faces import Papers
from app.pages.filling import Filling
from app.pages.going_on import still_lacking
from app.pages.moments import moment_text
from app.pages.picking import pick_page
from app.pages.pile import Pile
from app.pages.posted import (
    FILE_NOT_KEPT,
    Posted,
    as_boxes,
    as_posted,
    copy_row,
    take_theirs,
    texts_in,
)
from app.pages.returned import returned_notice
from app.pages.steps import in_steps, sections_there
from app.pages.tokens import is_once_of, owner_token
from app.pages.typed_texts import Rows, asked_in
from app.pages.unsent import OWNER, TYPED, boxes_of
from app.pages.uploads import foreign_files, refusals, take_uploads
from app.records import drafts
from app.records.case_links import links_elsewhere, without_links
from app.records.drafts import Place
from app.records.links import newly_deleted
from app.records.tables import Record

TOKENS = ("_once", "_seen")
"""A draft goes on with the tokens it began with: it files one sheet, and knows the version it saw."""

NOT_OF_THIS_CASE = Message("This sheet is not one of this case. Choose one of this case.")
WAS_DELETED = Message("This record was deleted. Choose another one.")

Answer = Response | str | tuple[str, int]


@dataclass
class SheetOnDesk:
    """A sheet being filled in: ``form`` is as the worker fills it, ``whole`` with every question."""

    desk: Desk
    form: Form
    whole: Form
    place: Place
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
    papers: Papers | None = None
    pile: Pile | None = None
    """What was typed in before it, where sheet follows sheet."""
    begin_at: str = ""
    """The question that is looked at first when the page comes back."""
    face_url: Callable[[str], str] | None = None
    """The same page on another paper, where there is a choice."""

    added: Section | None = None
    """What was typed on another paper and stands on none of this one's sections: the last of the form's."""

    def __post_init__(self) -> None:
        self.cells = CellReader(self.desk.reading)

    @property
    def face(self) -> str:
        """The paper this page shows, as an address says it."""
        return self.papers.word.get("face", "") if self.papers else ""

    @property
    def action(self) -> str:
        """The address of the page."""
        return page_url(self.place, self.face)

    @property
    def sections(self) -> Sequence[Section]:
        """The sections on this page."""
        if self.step is None:
            return self.form.sections
        return [self.form.sections[self.step], *([self.added] if self.added else [])]

    @property
    def questions(self) -> list[Question]:
        """The questions on this page that can be answered."""
        roles = self.desk.worker.roles
        return [
            one for section in self.sections for one in section.questions
            if not one.retired and one.is_written_by(roles)
        ]

    @property
    def fixed(self) -> dict[str, Sequence[Answers]]:
        """The rows that are kept and that nobody changes any more, by their table."""
        if self.record is None:
            return {}
        return {
            table.name: rows for table in self.questions if (rows := table.fixed_rows(self.kept.get(table.name)))
        }

    def to_type(self, answers: Answers) -> Answers:
        """The answers as they stand in boxes: without the rows that nobody changes."""
        known = {name: {row["id"] for row in rows} for name, rows in self.fixed.items()}
        return {**answers, **{
            name: [row for row in answers.get(name) or () if row["id"] not in ids] for name, ids in known.items()
        }}

    def _tidied(self, posted: Posted) -> Posted:
        return as_boxes(renumber_rows(self.questions, texts_in(posted), self.kept, self.cells, self.fixed))

    def opened(self) -> str:
        """The page as it opens: with the draft, if the worker left one here."""
        begun = drafts.find(self.desk.cabinet, self.desk.worker.id, self.place)
        if begun is None:
            return self.first_look()
        posted: Posted = MultiDict(begun.boxes)
        self.draft_from = moment_text(begun.saved_at)
        if not is_once_of(posted.get("_once", ""), self.desk.worker.id):
            posted.poplist("_once")
        self.hidden.update({name: posted[name] for name in TOKENS if name in posted})
        posted = self._tidied(self._on_this_paper(posted, begun.face))
        self.files_again = self._files_not_kept(posted)
        return self.first_look(posted)

    def _files_not_kept(self, posted: Posted) -> list[tuple[str, str]]:
        rows, questions = Rows(), {one.name: one for one in self.questions}
        told = [(box, asked_in(box, questions, rows)[1]) for box in posted]
        return [
            (box.replace(".", "-"), label) for box, label in told
            if label and any(text.startswith(FILE_NOT_KEPT) for text in posted.getlist(box))
        ]

    def _on_this_paper(self, posted: Posted, face: str) -> Posted:
        """The boxes of a draft, whichever paper it was typed on; what this one lacks is asked too."""
        if self.papers is None or not self.papers.faces:
            return posted
        known = self.papers.known
        begun = self._begun(list(known.asked()))
        if face and face != self.face:
            posted = brought_over(posted, self._asked_on(self.papers.on(face).form), self.questions, begun, known.face)
        self._ask_also(left_over(known, self.questions, posted, begun, self.cells))
        return posted

    def _asked_on(self, form: Form) -> list[Question]:
        """The questions of this page as another paper asks it: a new sheet begins with its first section."""
        step = (0 if in_steps(form) else None) if self.record is None else self.step
        sections = form.sections if step is None else form.sections[step:step + 1]
        return [question for section in sections for question in section.questions]

    def _ask_also(self, names: Sequence[str]) -> None:
        """Ask these questions of the whole form too; the page says which, for the next time it is sent."""
        if not names or self.papers is None:
            return
        wanted = named_also(self.papers.known, names, self.desk.worker.roles)
        self.form, self.added = asking_also(self.form, wanted, {one.name for one in self.questions})
        self.hidden[ALSO] = " ".join(wanted)

    def _begun(self, questions: Sequence[Question]) -> Posted:
        """What stands in the boxes of these questions before anything is typed."""
        # a CNP on another page tells the birth date here, for her to see before it is saved
        following = derived_answers(self.form.questions.values(), self.kept, self.cells)
        return as_posted(questions, self.to_type({**self.kept, **following}), self.desk.reading)

    def first_look(self, posted: Posted | None = None) -> str:
        """The page with what was kept, or with what stands in these boxes."""
        return self._page(self._begun(self.questions) if posted is None else posted)

    def is_typed(self, posted: Posted) -> bool:
        """Whether something stands on the page that did not when it was opened."""
        return differs(self.questions, posted, self._begun(self.questions), self.cells)

    @property
    def carried(self) -> dict[str, str]:
        """The boxes that say whose page it is, and what it asks beside its paper."""
        also = {ALSO: self.hidden[ALSO]} if ALSO in self.hidden else {}
        return {OWNER: owner_token(self.desk.worker.id, self.whole.key), **also}

    def answer_post(self, file: Callable[[Answers, str], Answer]) -> Answer:
        """What a post of the page leads to; ``file`` keeps answers that stand every check."""
        posted: Posted = MultiDict(request.form)
        self._ask_also(posted.get(ALSO, "").split())
        take_theirs(self.questions, posted, self.kept, self.desk.reading)
        refused = take_uploads(self.desk, self.whole.key, self.questions, posted)
        posted = self._tidied(posted)
        something_typed = posted.pop(TYPED, "") == "1"
        for press, respond in PRESSES.items():
            if press in posted:
                if something_typed:
                    self.keep_draft(posted)
                if refused:
                    return self._page(posted, refusals(refused, posted)), 422
                return respond(self, posted)
        read = read_texts(self.questions, texts_in(posted), self.cells, self.fixed)
        read.mistakes.update(self._foreign_files(read.answers) | refusals(refused, posted))
        read.answers.update(derived_answers(self.questions, read.answers, self.cells))
        answers = settled(self.whole, self._with_kept(read.answers), self.desk.reading.today)
        asked = {question.name for question in self.questions}
        answers, ill_pointed = self._well_pointed(answers, asked)
        changed = self._changed(answers)
        found = [
            told for one in complaints(self.whole, answers, self.desk.reading.today, asked, changed)
            if one.where not in read.mistakes and (one.through or self._is_drawn(one))
            and (told := led(self, one, changed)) is not None
        ]
        but = self.record.id if self.record is not None else None
        found += ill_pointed
        found += known_already(self.desk, self.whole, self.questions, self.kept, answers, but)
        found += numbered_already(self.desk, self.whole, self.questions, self.kept, answers, but)
        found += still_lacking(self.desk, self.record, self.questions, self.kept, answers)
        found += would_drop(self, answers, changed)
        hard = [one for one in found if not one.soft]
        if read.mistakes or hard or (found and not posted.get("_confirmed")):
            self.keep_draft(posted)
            return self._page(posted, read.mistakes, found), 422
        begun_at = self.place
        filed = file(answers, posted.get("_reason", "") if found else "")
        if isinstance(filed, Response):
            self._tell(read.understood)
            drafts.discard(self.desk.cabinet, self.desk.worker.id, begun_at)
        else:
            self.keep_draft(posted)
        return filed

    def _tell(self, understood: Mapping[Where, Message]) -> None:
        """Say which answers were taken for other ones than stood in the boxes."""
        for where, message in understood.items():
            asked = asked_at(self.form, where)
            flash(f"{say(asked.label, self.desk.reading.language)}: {message.say(gettext)}", "info")

    def _changed(self, answers: Answers) -> frozenset[str]:
        """The questions that are answered otherwise by now, if one of this page is among them."""
        changed = changed_questions(self.whole, self.kept, answers, self.desk.reading.today)
        return changed if any(question.name in changed for question in self.questions) else frozenset()

    def _well_pointed(self, answers: Answers, asked: Set[str]) -> tuple[Answers, list[Complaint]]:
        """The answers, and which of them newly point to a sheet of another case or to what was deleted.

        What a new sheet took over from one of former times, and this page does not ask, is left out.
        """
        cabinet, case_id = self.desk.cabinet, self.case.id if self.case is not None else None
        before = self.kept if self.record is not None else {}
        found = dict.fromkeys(newly_deleted(cabinet, self.whole.questions.values(), answers, before), WAS_DELETED)
        found |= dict.fromkeys(links_elsewhere(cabinet, self.whole, case_id, answers, before), NOT_OF_THIS_CASE)
        unasked = [where for where in found if self.record is None and where[0] not in asked]
        return without_links(answers, unasked), [
            Complaint(where, said) for where, said in found.items() if where not in unasked
        ]

    def _foreign_files(self, read: Answers) -> dict[Where, Message]:
        record_id = self.record.id if self.record is not None else None
        return foreign_files(self.desk, self.whole.key, self.questions, self.kept, read, record_id)

    def keep_draft(self, posted: Posted) -> datetime:
        """What is not saved waits as a draft, if she goes away now; returns the moment."""
        return drafts.keep(self.desk.cabinet, self.desk.worker.id, self.place, boxes_of(posted), self.face)

    def _is_drawn(self, complaint: Complaint) -> bool:
        """Whether she can mend it: a column may be hidden from her, a row be fixed."""
        if len(complaint.where) == 1:
            return True
        table, place, name = complaint.where
        columns = {column.name for column in self.form.questions[table].columns_asked()}
        return name in columns and int(place) >= len(self.fixed.get(table, ()))

    def _with_kept(self, read: Answers) -> Answers:
        """What was read, on top of what the record holds: answers and columns that are not on this page stay."""
        answers = {**self.kept, **read}
        for table in self.questions:
            if table.columns_asked() and answers.get(table.name):
                held = {row["id"]: row for row in self.kept.get(table.name) or ()}
                answers[table.name] = [{**held.get(row["id"], {}), **row} for row in answers[table.name]]
        for name, rows in self.fixed.items():
            answers[name] = self.whole.questions[name].joined(answers.get(name), rows)
        return answers

    def _page(
        self, posted: Posted, mistakes: Any = None, found: Sequence[Complaint] = ()
    ) -> str:
        desk = self.desk
        answers = read_texts(self.questions, texts_in(posted), self.cells, self.fixed).answers
        everything = settled(self.whole, self._with_kept(answers), desk.reading.today)
        drawn = [question for section in self.sections for question in section.questions]
        filling = Filling(
            self.form, posted, everything, desk.reading, desk.titles(drawn, everything),
            pick=self.action, mistakes=mistakes or {}, complaints=found, whole=self.whole,
            others=self._others(), fixed=self.fixed,
            offers=offers(self.form.questions.values(), everything, self.cells),
        )
        problems = filling.problems()
        return render_template(
            "sheet.html", title=self._title(), form_title=say(self.form.title, desk.reading.language),
            case=desk.case_head(self.case), action=self.action, sections=filling.sections(self.sections),
            problems=problems, doubts=[] if problems else filling.doubts(),
            hidden={**self.hidden, **self.carried},
            cancel_url=self.cancel_url, save_label=gettext("Save"), more_label=self._more_label(),
            step=self._steps(everything), draft_url=draft_url(self.place, self.face), place=draft_url(self.place, ""),
            draft_from=self.draft_from, files_again=self.files_again, intro=say(self.form.intro, desk.reading.language),
            returned=returned_notice(desk, self.record) if self.record is not None else None,
            begin_at=self.begin_at, pile=self.pile, money=money_beside(desk, self.form.key, self.case),
            reading_language=desk.reading.language, today=desk.reading.today.isoformat(), **self._papers(everything),
        )

    def _others(self) -> dict[str, str]:
        """The questions others answer, and who: this worker only reads them."""
        roles, language = self.desk.cabinet.definition.roles, self.desk.reading.language
        return {
            one.name: ", ".join(say(role.title, language) for role in roles.held(one.written_by))
            for section in self.sections for one in section.questions
            if not one.is_written_by(self.desk.worker.roles)
        }

    def _papers(self, answers: Answers) -> dict[str, Any]:
        """The ways to other papers, and what this one does not show."""
        if self.papers is None:
            return {}
        links = self.papers.links(self.face_url) if self.face_url else []
        return {"faces": links, "left_out": self.papers.left_out(answers) if self.record else []}

    def _title(self) -> str:
        return say(self.form.title, self.desk.reading.language)

    def _more_label(self) -> str:
        if self.record is None and self.step is None:
            return gettext("Save and add another")
        more = self.step is not None and self.step + 1 < len(self._in_turn)
        return gettext("Save and go on") if more else ""

    def _steps(self, answers: Answers) -> "Steps | None":
        """The sections that are there, and the one on this page."""
        if self.step is None:
            return None
        address, language = self.step_url, self.desk.reading.language
        places = sorted({*self._places(answers), self.step})
        titles = [] if address is None else [
            (say(self.form.sections[place].title, language), address(place), place == self.step) for place in places
        ]
        return Steps(places.index(self.step) + 1, len(places), titles)

    def next_step(self, answers: Answers) -> int | None:
        """The place of the section to go on with, under these answers."""
        return next((place for place in self._places(answers) if place > (self.step or 0)), None)

    def _places(self, answers: Answers) -> list[int]:
        """The places of the sections that ask something and are filled in one after the other."""
        there = sections_there(self.form, self.whole, answers, self.desk.reading.today)
        return [place for place in there if self.form.sections[place] is not self.added]

    @property
    def _in_turn(self) -> list[Section]:
        """The sections that are filled in one after the other."""
        return [section for section in self.form.sections if section is not self.added]


@dataclass
class Steps:
    """Where this page stands among the sections of a long form."""

    number: int
    count: int
    titles: list[tuple[str, str, bool]]


def _change_rows(sheet: SheetOnDesk, posted: Posted) -> str:
    """Add, copy or delete a row, without JavaScript."""
    what, _, where = posted.pop("_row").partition(" ")
    table, _, index = where.partition(".")
    asked = sheet.form.questions.get(table)
    if asked is not None and asked.columns_asked():
        ROW_CHANGES.get(what, _add_row)(posted, table, index)
        if what == "add" and index.isdecimal() and 0 < int(index) < len(asked.parts):
            _begin_in_part(posted, table, asked.parts[int(index)])
    return sheet.first_look(posted)


def _add_row(posted: Posted, table: str, index: str) -> None:
    posted[f"{table}.{next_row_index(table, posted)}.id"] = ""


def _begin_in_part(posted: Posted, table: str, part: Any) -> None:
    """The row just added stands in this table of the paper."""
    posted[f"{table}.{next_row_index(table, posted) - 1}.{part.by}"] = part.choices[0]


def _copy_row(posted: Posted, table: str, index: str) -> None:
    new = f"{table}.{next_row_index(table, posted)}."
    copy_row(posted, f"{table}.{index}.", posted, new)
    posted[f"{new}id"] = ""


def _delete_row(posted: Posted, table: str, index: str) -> None:
    for name in [name for name in posted if name.startswith(f"{table}.{index}.")]:
        posted.poplist(name)


ROW_CHANGES = {"add": _add_row, "copy": _copy_row, "delete": _delete_row}


def _change_language(sheet: SheetOnDesk, posted: Posted) -> Answer:
    """The same page in the other language, with everything typed still in it."""
    code = posted.pop("_language")
    if code not in LANGUAGES:
        abort(400)
    answer = redirect(request.path)
    choose(code, answer)
    refresh()
    sheet.desk.reading = replace(sheet.desk.reading, language=wording())
    sheet.cells = CellReader(sheet.desk.reading)
    answer.set_data(sheet.first_look(posted))
    answer.status_code = 200
    answer.headers.pop("Location", None)
    return answer


def _pick(sheet: SheetOnDesk, posted: Posted) -> Answer:
    return pick_page(sheet.desk, sheet.form, sheet.case, sheet.action, posted)


def _picked(sheet: SheetOnDesk, posted: Posted) -> str:
    """Back from the picking page with a record chosen."""
    name, _, chosen = posted.pop("_picked").partition("=")
    posted.setlist(name, [chosen] if chosen.isdecimal() else [])
    posted.pop("_pick", None)
    if name:
        sheet.keep_draft(posted)
    sheet.begin_at = name.replace(".", "-")
    return sheet.first_look(posted)


def _offered(sheet: SheetOnDesk, posted: Posted) -> str:
    """An answer that was offered beside its question is put in."""
    name, _, text = posted.pop("_offered").partition("=")
    if any(question.name == name for question in sheet.questions):
        posted.setlist(name, [text])
        sheet.begin_at = name
    return sheet.first_look(posted)


def _keep_draft(sheet: SheetOnDesk, posted: Posted) -> str:
    """Keep the draft, without JavaScript."""
    posted.pop("_draft")
    sheet.draft_from = moment_text(sheet.keep_draft(posted))
    return sheet.first_look(posted)


def _discard_draft(sheet: SheetOnDesk, posted: Posted) -> Response:
    drafts.discard(sheet.desk.cabinet, sheet.desk.worker.id, sheet.place)
    return redirect(sheet.action, 303)


def _change_face(sheet: SheetOnDesk, posted: Posted) -> Response:
    """To another paper, where what is typed stands too."""
    face = posted.pop("_face")
    if sheet.face_url is None:
        abort(400)
    if sheet.added or sheet.is_typed(posted):
        sheet.keep_draft(posted)
    return redirect(sheet.face_url(face), 303)


PRESSES: dict[str, Callable[[SheetOnDesk, Posted], Answer]] = {
    "_row": _change_rows, "_language": _change_language, "_picked": _picked, "_pick": _pick,
    "_offered": _offered, "_draft": _keep_draft, "_discard": _discard_draft, "_face": _change_face,
}
"""The small buttons of a sheet's page: each shows the page again, nothing is kept."""


def saved(text: str, url: str, undo: tuple[str, str] | None = None) -> Response:
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
