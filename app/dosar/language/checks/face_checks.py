"""Checks of faces and of who writes an answer: each names something that must stand in another file."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from dosar.language.choices import Choice, ChoiceList
from dosar.language.face import FACE_NAME_FOR_ALL, Face, FaceColumn, FaceQuestion
from dosar.language.form import Form
from dosar.language.load.definition import ROLES
from dosar.language.load.finding import FilePlace, Finding, finding, suggest_word
from dosar.language.load.folder import FolderReading
from dosar.language.load.source_lines import FormPath, walk_questions
from dosar.language.load.yaml_reader import Source
from dosar.language.organisation.roles import Roles
from dosar.language.question import Question
from dosar.language.text.message import msgid

ChoiceLists = Mapping[str, Sequence[Choice]]
NO_FACE_QUESTION = msgid('no question is named "%(name)s"%(hint)s')


def face_findings(reading: FolderReading) -> Iterator[Finding]:
    """What is wrong with the folder's faces, and with the roles that write an answer."""
    every_form, forms = reading.names("form"), {form.key: form for form in reading.of(Form).values()}
    lists = {choice_list.list: choice_list.choices for choice_list in reading.of(ChoiceList).values()}
    faces = reading.of(Face)
    for part, face in faces.items():
        source = reading.sources[part]
        if face.face == FACE_NAME_FOR_ALL:
            text = msgid('"%(name)s" is a name Dosar uses itself; take another.')
            yield finding(source.place(("face",)), "F013", text, name=FACE_NAME_FOR_ALL)
        if face.of not in every_form:
            place, hint = source.place(("of",)), suggest_word(face.of, every_form)
            yield finding(place, "F040", 'no form is named "%(name)s"%(hint)s', name=face.of, hint=hint)
        if face.of in forms:
            yield from _check_questions(face, forms[face.of], lists, source)
    for part, form in reading.of(Form).items():
        own_faces = {face.face for face in faces.values() if face.of == form.key}
        yield from _check_face_choice(form, own_faces, reading.sources[part])
        yield from _check_writers(form, reading, reading.sources[part])


def _check_questions(face: Face, form: Form, lists: ChoiceLists, source: Source) -> Iterator[Finding]:
    seen: set[str] = set()
    for s, section in enumerate(face.sections):
        for q, face_question in enumerate(section.questions):
            path: FormPath = ("sections", s, "questions", q)
            if face_question.name in seen:
                text = msgid('The face asks "%(name)s" twice; keep one.')
                yield finding(source.place(path), "F041", text, name=face_question.name)
            seen.add(face_question.name)
            if face_question.name in form.questions:
                yield from _check_columns(face_question, form.questions[face_question.name], lists, source, path)
                yield from _check_choices(face_question, form.questions[face_question.name], lists, source, path)
            else:
                hint = suggest_word(face_question.name, form.questions)
                yield finding(source.place(path), "F041", NO_FACE_QUESTION, name=face_question.name, hint=hint)


def _check_choices(
    face_column: FaceColumn, question: Question, lists: ChoiceLists, source: Source, path: FormPath
) -> Iterator[Finding]:
    """The choices a paper keeps are choices of the question; so of its columns."""
    if not {*question.choice_lists()} <= lists.keys():
        return
    known = question.with_choices(lists).codes() or ()
    for position, code in enumerate(face_column.choices):
        if code not in known:
            text = msgid('"%(name)s" has no choice "%(code)s"%(hint)s')
            place = source.place((*path, "choices", position))
            yield finding(place, "F041", text, name=face_column.name, code=code, hint=suggest_word(code, known))


def _check_columns(
    face_question: FaceQuestion,
    question: Question,
    lists: ChoiceLists,
    source: Source,
    path: FormPath,
) -> Iterator[Finding]:
    known = {column.name: column for column in question.columns_asked()}
    for position, column in enumerate(face_question.columns):
        column_path: FormPath = (*path, "columns", position)
        if column.name in known:
            yield from _check_choices(column, known[column.name], lists, source, column_path)
        else:
            hint = suggest_word(column.name, known)
            yield finding(source.place(column_path), "F041", NO_FACE_QUESTION, name=column.name, hint=hint)
    for position, part in enumerate(face_question.parts):
        part_path: FormPath = (*path, "parts", position)
        shown = {column.name for column in face_question.columns} or known.keys()
        if part.by in known and part.by in shown:
            yield from _check_choices(
                FaceColumn(name=part.by, choices=part.choices), known[part.by], lists, source, part_path
            )
        else:
            yield finding(
                source.place((*part_path, "by")),
                "F041",
                NO_FACE_QUESTION,
                name=part.by,
                hint=suggest_word(part.by, shown),
            )


def _check_face_choice(form: Form, faces: set[str], source: Source) -> Iterator[Finding]:
    """The question that says on which face a record is kept must stand in the form and offer its faces."""
    if form.face is None:
        return
    place = source.place(("face",))
    if form.face not in form.questions:
        yield finding(place, "F041", NO_FACE_QUESTION, name=form.face, hint=suggest_word(form.face, form.questions))
        return
    for choice in form.questions[form.face].options():
        if choice.code not in faces:
            text = msgid('The question offers "%(code)s", which is no face of this form%(hint)s')
            yield finding(place, "F042", text, code=choice.code, hint=suggest_word(choice.code, faces))


def _check_writers(form: Form, reading: FolderReading, source: Source) -> Iterator[Finding]:
    roles: Any = reading.parts.get(ROLES)
    known = {role.role for role in roles.roles} if isinstance(roles, Roles) else None
    yield from _check_roles(form.written_by, known, source.place(("written_by",)))
    for path, question, table in walk_questions(form):
        place = source.place((*path, "written_by"))
        if table is not None and question.written_by:
            yield finding(place, "F043", "A table is written as a whole; say written_by of the table.")
        yield from _check_roles(question.written_by, known, place)


def _check_roles(names: Iterable[str], known: set[str] | None, place: FilePlace) -> Iterator[Finding]:
    for name in names:
        if known is not None and name not in known:
            yield finding(
                place, "F043", 'no role is named "%(name)s"%(hint)s', name=name, hint=suggest_word(name, known)
            )
