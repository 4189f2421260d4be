"""The papers on which a form's records are seen and filled in."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from flask import abort, request
from flask_babel import gettext

from dosar.language.face import FACE_NAME_FOR_ALL, Face
from dosar.language.form import Form
from dosar.language.question import Answers, ReadingContext
from dosar.language.text.texts import text_in_language
from dosar.pages.context import PageContext


@dataclass(frozen=True, slots=True)
class FaceLink:
    """A way to the same record on another paper."""

    label: str
    url: str
    current: bool
    face: str = FACE_NAME_FOR_ALL


@dataclass(frozen=True)
class FormFaces:
    """The faces of a form, and the one this page shows; most forms have none."""

    known: Form
    """The whole form, as the worker may know it."""
    faces: tuple[Face, ...]
    face: Face | None
    """``None`` for the whole form."""
    language: str

    @property
    def form(self) -> Form:
        """The form as this page asks it."""
        return self.face.as_form(self.known) if self.face else self.known

    def on(self, face: str) -> "FormFaces":
        """The same form on another paper; on none for one that is no more."""
        return replace(self, face=next((other_face for other_face in self.faces if other_face.face == face), None))

    @property
    def url_arguments(self) -> dict[str, str]:
        """What an address says to stay on this paper."""
        if not self.faces:
            return {}
        return {"face": self.face.face if self.face else FACE_NAME_FOR_ALL}

    def links(self, url: Callable[[str], str]) -> list[FaceLink]:
        """Every paper, the whole form last; ``url`` makes the address of one."""
        if not self.faces:
            return []
        every = [
            FaceLink(
                text_in_language(face.short or face.title, self.language), url(face.face), face is self.face, face.face
            )
            for face in self.faces
        ]
        return [*every, FaceLink(gettext("All questions"), url(FACE_NAME_FOR_ALL), self.face is None)]

    def left_out(self, answers: Answers) -> list[str]:
        """What is answered and does not stand on this paper, by label."""
        if self.face is None:
            return []
        return [
            ": ".join(text_in_language(part.label, self.language) for part in (question, column) if part is not None)
            for question, column in self.face.omitted_questions(self.known, answers)
            if question.name != self.known.face
        ]

    def beginning(self, prefilled: Answers, reading: ReadingContext) -> Answers:
        """What this paper begins with where no other sheet tells it: the rows printed on it."""
        printed = (
            [question.name for question in self.face.questions() if question.default is not None] if self.face else []
        )
        return {
            name: self.form.questions[name].default_answer(reading)
            for name in printed
            if name in self.form.questions and prefilled.get(name) is None
        }

    def face_answer(self) -> Answers:
        """The answer that keeps a new record on this paper."""
        return {self.known.face: self.face.face} if self.face and self.known.face else {}


def form_faces(context: PageContext, known: Form, answers: Answers) -> FormFaces:
    """The paper the address asks for, else the one the record is kept on."""
    faces = context.repository.definition.faces.get(known.key, ())
    own_face = str(answers.get(known.face)) if known.face else ""
    face_name = request.args.get("face", own_face)
    face = next((known_face for known_face in faces if known_face.face == face_name), None)
    if face is None and face_name not in (FACE_NAME_FOR_ALL, own_face):
        abort(404)
    return FormFaces(known, faces, face, context.reading.language)
