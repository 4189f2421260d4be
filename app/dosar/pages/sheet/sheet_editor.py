"""A sheet being filled in: a new one, or a kept one being corrected."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from dosar.database.form_tables import Record
from dosar.filing.cells import CellReader
from dosar.filing.derive import derived_answers
from dosar.filing.opening.drafts import texts_differ
from dosar.filing.service import tidied
from dosar.filing.submission import Submission, answerable
from dosar.language.form import Form, Section
from dosar.language.question import Answers, Question
from dosar.pages.context import PageContext
from dosar.pages.input.posted_boxes import OWNER_BOX, PostedBoxes, answers_as_posted, as_boxes, texts_in
from dosar.pages.input.signed_tokens import page_owner_token
from dosar.pages.sheet.batch_entry import EntryBatch
from dosar.pages.sheet.face_change import ALSO_BOX, form_asking_also, questions_named_also
from dosar.pages.sheet.faces import FormFaces
from dosar.pages.sheet.residents import Residents
from dosar.pages.sheet.section_steps import visible_sections
from dosar.pages.urls import sheet_page_url
from dosar.records.unsaved.drafts import DraftPlace


@dataclass
class SheetEditor:
    """A sheet being filled in: ``form`` is as the worker fills it, ``full_form`` with every question."""

    context: PageContext
    form: Form
    full_form: Form
    place: DraftPlace
    """What the draft of this page is kept under, whichever paper it shows."""
    initial_answers: Answers = field(default_factory=dict)
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
    unasked: list[tuple[str, str]] = field(default_factory=list)
    """What was typed into boxes that the page asks no more: (what the box asked, what stands in it)."""
    papers: FormFaces | None = None
    batch: EntryBatch | None = None
    residents: Residents | None = None
    """What was typed in before it, where sheet follows sheet."""
    asked_for: Answers = field(default_factory=dict)
    """What the address asks for by name, as the place and the day: a draft may be of another."""
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
        return self.face_arguments.get("face", "")

    @property
    def face_arguments(self) -> dict[str, str]:
        """What an address says to stay on this paper."""
        return self.papers.url_arguments if self.papers else {}

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
        on_page = (question for section in self.sections for question in section.questions)
        return answerable(on_page, self.context.worker.roles)

    @property
    def ordered_sections(self) -> list[Section]:
        """The sections that are filled in one after the other."""
        return [section for section in self.form.sections if section is not self.added]

    def section_places(self, answers: Answers) -> list[int]:
        """The places of the sections that ask something and are filled in one after the other."""
        visible = visible_sections(self.form, self.full_form, answers, self.context.reading.today)
        return [position for position in visible if self.form.sections[position] is not self.added]

    def next_step(self, answers: Answers) -> int | None:
        """The place of the section to go on with, under these answers."""
        return next((position for position in self.section_places(answers) if position > (self.step or 0)), None)

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
            self.full_form,
            self.known,
            self.questions,
            self.context.forms,
            self.case.id if self.case is not None else None,
            self.record,
            self.initial_answers,
        )

    @property
    def may_correct(self) -> bool:
        """Whether the worker may correct kept records of this form."""
        may = self.context.worker.may
        return may("see", self.full_form.key) and may("correct", self.full_form.key) and not self.full_form.append_only

    @property
    def carried(self) -> dict[str, str]:
        """The boxes that say whose page it is, and what it asks beside its paper."""
        also = {ALSO_BOX: self.hidden[ALSO_BOX]} if ALSO_BOX in self.hidden else {}
        return {OWNER_BOX: page_owner_token(self.context.worker.id, sheet_page_url(self.place)), **also}

    def add_questions(self, names: Sequence[str]) -> None:
        """Ask these questions of the whole form too; the page says which, for the next time it is sent."""
        if not names or self.papers is None:
            return
        questions = questions_named_also(self.papers.known, names, self.context.worker.roles)
        self.form, self.added = form_asking_also(self.form, questions, {question.name for question in self.questions})
        self.hidden[ALSO_BOX] = " ".join(questions)

    def editable_answers(self, answers: Answers) -> Answers:
        """The answers as they stand in boxes: without the rows that nobody changes."""
        known = {name: {row["id"] for row in rows} for name, rows in self.submission.fixed.items()}
        return {
            **answers,
            **{name: [row for row in answers.get(name) or () if row["id"] not in ids] for name, ids in known.items()},
        }

    def opening_answers(self) -> Answers:
        """What is answered before anything is typed."""
        # a CNP on another page tells the birth date here, for her to see before it is saved
        following = derived_answers(self.form.questions.values(), self.initial_answers, self.cells)
        return self.editable_answers({**self.initial_answers, **following})

    def initial_boxes(self, questions: Sequence[Question]) -> PostedBoxes:
        """What stands in the boxes of these questions before anything is typed."""
        return answers_as_posted(questions, self.opening_answers(), self.context.reading)

    def renumbered_rows(self, posted: PostedBoxes) -> PostedBoxes:
        """The boxes with the rows of every table counted anew."""
        return as_boxes(tidied(self.submission, texts_in(posted)).texts)

    def is_typed(self, posted: PostedBoxes) -> bool:
        """Whether something stands on the page that did not when it was opened."""
        begun = texts_in(self.initial_boxes(self.questions))
        return texts_differ(self.questions, texts_in(posted), begun, self.cells)
