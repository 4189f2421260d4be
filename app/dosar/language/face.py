"""A face: the way another paper asks for the same record.

One plan is asked for on five papers, each with its own questions, order and words. The record is one; a
face only says which of its form's questions a paper asks, and how. :meth:`Face.as_form` makes a form of
it, with the same key, that everything else works on as on any other form.
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

from dosar.language.form import Form, Section, Signature
from dosar.language.identity_cache import IdentityKey
from dosar.language.question import Answers, Question
from dosar.language.question_options import Name
from dosar.language.row_parts import RowPart
from dosar.language.text.texts import Text

FACE_NAME_FOR_ALL = "all"
"""What stands in the address for the whole form; no face has this name."""


class FaceColumn(BaseModel):
    """A column the paper has, with its own words where they differ. A name alone stands for itself."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Name
    """The question of the form."""
    label: Text | None = None
    """How this paper asks it, where it differs."""
    hint: Text | None = None
    """What this paper remarks below it."""
    choices: tuple[str, ...] = ()
    """The codes of the choices this paper offers; empty for all of them. An answer given before is kept."""

    @model_validator(mode="before")
    @classmethod
    def _name_alone(cls, written: Any) -> Any:
        return {"name": written} if isinstance(written, str) else written

    def words(self) -> dict[str, Any]:
        """The words the paper has of its own."""
        apart = ("name", "columns", "choices", "parts")
        return {key: value for key, value in self if key not in apart and value is not None}

    def with_face_words(self, question: Question) -> Question:
        reworded = question.model_copy(update=self.words())
        return reworded.offering_only(self.choices) if self.choices else reworded


class FaceQuestion(FaceColumn):
    """A question the paper asks."""

    help: Text | None = None
    """What this paper explains."""
    number: str | None = None
    """Its number on this paper."""
    lines: Annotated[int, Field(ge=1, le=60)] | None = None
    """The lines this paper has room for."""
    default: Any = None
    """What a new sheet on this paper begins with, in place of the form's: the rows printed on it."""
    columns: tuple[FaceColumn, ...] = ()
    """The columns the paper has; empty for all of the table's."""
    parts: tuple[RowPart, ...] = ()
    """The tables that the paper has the rows in; empty for one."""

    def with_face_words(self, question: Question) -> Question:
        """The question as this paper asks it; columns hidden from the reader stay hidden."""
        reworded = super().with_face_words(question)
        if self.default is not None:
            reworded = reworded.model_copy(update={"default_in": {}})
        if self.columns:
            known = {column.name: column for column in question.columns_asked()}
            reworded = reworded.with_columns(
                [column.with_face_words(known[column.name]) for column in self.columns if column.name in known]
            )
        return reworded.in_parts(self.parts) if self.parts else reworded


class FaceSection(BaseModel):
    """A part of the paper."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: Text
    number: str | None = None
    help: Text | None = None
    questions: Annotated[tuple[FaceQuestion, ...], Field(min_length=1)]


class Face(BaseModel):
    """A paper: one file in ``forms/faces``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    face: Name
    """The name of the face."""
    of: Name
    """The form whose records it shows."""
    paper: str | None = None
    """The sheet's number in the specification of the source documents."""
    title: Text
    """What the paper is called."""
    short: Text | None = None
    """The paper's name among the others: *IRP*."""
    source: str | None = None
    """Where the paper comes from."""
    note: Text | None = None
    """A remark to the organisation."""
    intro: Text | None = None
    """What the paper says before its first question."""
    sections: Annotated[tuple[FaceSection, ...], Field(min_length=1)]
    """The parts of the paper."""
    signatures: tuple[Signature, ...] = ()
    """The lines to sign on the printed paper."""

    def questions(self) -> Iterator[FaceQuestion]:
        return (question for section in self.sections for question in section.questions)

    def as_form(self, form: Form) -> Form:
        """``form`` as this paper asks it: as much of it as ``form`` (known to a reader) holds."""
        return _form_of_face(IdentityKey(self), IdentityKey(form))

    def omitted_questions(self, form: Form, answers: Answers) -> Iterator[tuple[Question, Question | None]]:
        """The questions of ``form`` that are answered and not on this paper; for a table's columns too."""
        shown = {question.name: question for question in self.as_form(form).questions.values()}
        for name, question in form.questions.items():
            rows = answers.get(name)
            if rows is None or rows == []:
                continue
            if name not in shown:
                yield question, None
                continue
            columns = {column.name for column in shown[name].columns_asked()}
            for column in question.columns_asked():
                if column.name not in columns and any(row.get(column.name) not in (None, []) for row in rows):
                    yield question, column


@lru_cache(maxsize=256)
def _form_of_face(same_face: IdentityKey[Face], same_form: IdentityKey[Form]) -> Form:
    face, form = same_face.thing, same_form.thing
    sections = [_section_of_face(section, form) for section in face.sections]
    return Form.model_construct(
        **dict(
            form,
            title=face.title,
            paper=face.paper,
            source=face.source,
            note=face.note,
            intro=face.intro,
            layout=None,
            sections=[section for section in sections if section.questions],
            signatures=face.signatures,
        )
    )


def _section_of_face(section: FaceSection, form: Form) -> Section:
    questions = [
        question.with_face_words(form.questions[question.name])
        for question in section.questions
        if question.name in form.questions
    ]
    return Section.model_construct(
        title=section.title,
        number=section.number,
        help=section.help,
        show_if=None,
        questions=tuple(questions),
    )
