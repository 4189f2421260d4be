"""Checks of faces and of who writes an answer: each names something that must stand in another file."""

from collections.abc import Iterable, Iterator
from typing import Any

from app.language.face import ALL, Face, FaceQuestion
from app.language.finding import Finding, Place, finding, mean
from app.language.folder import ROLES, Reading
from app.language.form import Form
from app.language.message import msgid
from app.language.question import Question
from app.language.reading import Source
from app.language.roles import Roles
from app.language.walking import Path, walk

NO_QUESTION = msgid('no question is named "%(name)s"%(hint)s')


def face_findings(reading: Reading) -> Iterator[Finding]:
    """What is wrong with the folder's faces, and with the roles that write an answer."""
    every_form, forms = reading.names("form"), {form.key: form for form in reading.of(Form).values()}
    faces = reading.of(Face)
    for part, face in faces.items():
        source = reading.sources[part]
        if face.face == ALL:
            text = msgid('"%(name)s" is a name Dosar uses itself; take another.')
            yield finding(source.place(("face",)), "F013", text, name=ALL)
        if face.of not in every_form:
            place, hint = source.place(("of",)), mean(face.of, every_form)
            yield finding(place, "F040", 'no form is named "%(name)s"%(hint)s', name=face.of, hint=hint)
        if face.of in forms:
            yield from _asks_what_is_there(face, forms[face.of], source)
    for part, form in reading.of(Form).items():
        own = {face.face for face in faces.values() if face.of == form.key}
        yield from _chooses_among(form, own, reading.sources[part])
        yield from _writers(form, reading, reading.sources[part])


def _asks_what_is_there(face: Face, form: Form, source: Source) -> Iterator[Finding]:
    seen: set[str] = set()
    for s, section in enumerate(face.sections):
        for q, asked in enumerate(section.questions):
            path: Path = ("sections", s, "questions", q)
            if asked.name in seen:
                text = msgid('The face asks "%(name)s" twice; keep one.')
                yield finding(source.place(path), "F041", text, name=asked.name)
            seen.add(asked.name)
            if asked.name in form.questions:
                yield from _has_columns(asked, form.questions[asked.name], source, path)
            else:
                hint = mean(asked.name, form.questions)
                yield finding(source.place(path), "F041", NO_QUESTION, name=asked.name, hint=hint)


def _has_columns(asked: FaceQuestion, question: Question, source: Source, path: Path) -> Iterator[Finding]:
    known = [column.name for column in question.columns_asked()]
    for position, column in enumerate(asked.columns):
        if column.name not in known:
            place, hint = source.place((*path, "columns", position)), mean(column.name, known)
            yield finding(place, "F041", NO_QUESTION, name=column.name, hint=hint)


def _chooses_among(form: Form, faces: set[str], source: Source) -> Iterator[Finding]:
    """The question that says on which face a record is kept must stand in the form and offer its faces."""
    if form.face is None:
        return
    place = source.place(("face",))
    if form.face not in form.questions:
        yield finding(place, "F041", NO_QUESTION, name=form.face, hint=mean(form.face, form.questions))
        return
    for choice in form.questions[form.face].options():
        if choice.code not in faces:
            text = msgid('The question offers "%(code)s", which is no face of this form%(hint)s')
            yield finding(place, "F042", text, code=choice.code, hint=mean(choice.code, faces))


def _writers(form: Form, reading: Reading, source: Source) -> Iterator[Finding]:
    roles: Any = reading.parts.get(ROLES)
    known = {role.role for role in roles.roles} if isinstance(roles, Roles) else None
    yield from _roles_known(form.written_by, known, source.place(("written_by",)))
    for path, question, table in walk(form):
        place = source.place((*path, "written_by"))
        if table is not None and question.written_by:
            yield finding(place, "F043", "A table is written as a whole; say written_by of the table.")
        yield from _roles_known(question.written_by, known, place)


def _roles_known(names: Iterable[str], known: set[str] | None, place: Place) -> Iterator[Finding]:
    for name in names:
        if known is not None and name not in known:
            yield finding(place, "F043", 'no role is named "%(name)s"%(hint)s', name=name, hint=mean(name, known))
