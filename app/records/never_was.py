"""``was`` lines that name what never was: most often a slip, by which answers stay where nobody sees them.

Silent about what the organisation found in its files when it began: shipped files may tell of former times.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from app.language.choices import Choice, ChoiceList
from app.language.finding import Finding, Place, finding, mean
from app.language.folder import Reading
from app.language.form import Form
from app.language.message import msgid
from app.language.question import Question
from app.language.reading import Source
from app.language.walking import Path, walk
from app.records.standing import Contents, Kept, questions_in

NO_FORM = msgid("was: %(was)s - no form was ever called so%(hint)s Correct this line, or take it away.")
NO_QUESTION = msgid(
    "was: %(was)s - no question of this form was ever called so%(hint)s Correct this line, or take it away."
)
NO_CHOICE = msgid("was: %(was)s - this list never had such a choice%(hint)s Correct this line, or take it away.")


def never_was(reading: Reading, kept: Kept) -> Iterator[Finding]:
    """What the files say that forms, questions and choices were, and was not so in any version that ever ran."""
    if not kept.versions:
        return
    for part, form in reading.of(Form).items():
        yield from _form(part, form, reading, kept)
        if part in kept.versions:
            yield from _questions(part, form, reading, kept)
    for part, shared in reading.of(ChoiceList).items():
        if part in kept.versions:
            ever = [version["choices"] for version in kept.versions[part]]
            yield from _choices(shared.choices, ever, reading.sources[part], ("choices",))


def _form(part: str, form: Form, reading: Reading, kept: Kept) -> Iterator[Finding]:
    began_so = part in kept.founding and kept.versions[part][0].get("was") == form.was
    known = {name.partition(":")[2] for name in kept.versions if name.startswith("form:")}
    if form.was and not began_so and form.was not in known | kept.names.get(form.key, set()):
        yield _slip(reading.sources[part].place(("was",)), NO_FORM, form.was, known - reading.names("form"))


def _questions(part: str, form: Form, reading: Reading, kept: Kept) -> Iterator[Finding]:
    versions = kept.versions[part]
    began = {str(question.get("was")) for _, question in questions_in(versions[0])}
    asked = {question.name for _, question, _ in walk(form)}
    for path, question, table in walk(form):
        place = (*path, "was")
        if question.was and question.was not in began:
            known = _known(question.was, part, table, reading, kept)
            if question.was not in known:
                yield _slip(reading.sources[part].place(place), NO_QUESTION, question.was, known - asked)
        ever = [] if question.choice_lists() else _offered(question, table, versions)
        if ever:
            yield from _choices(question.all_choices, ever, reading.sources[part], (*path, "choices"))


def _known(was: str, part: str, table: Question | None, reading: Reading, kept: Kept) -> set[str]:
    """The names that questions ever had: of the form, of its tables, or, as ``form.question``, of the other form."""
    other, dot, _ = was.partition(".")
    if not dot:
        return {
            name for version in kept.versions[part] for (rows_of, name), _ in questions_in(version)
            if bool(rows_of) == (table is not None)
        }
    now = next((name for name, every in kept.names.items() if other in every), reading.new_names.get(other, other))
    names = {name for version in kept.versions.get(f"form:{now}", ()) for (rows_of, name), _ in questions_in(version)
             if not rows_of}
    return {f"{other}.{name}" for name in names | kept.moved_away.get(f"form:{now}", set())} if table is None else set()


def _offered(question: Question, table: Question | None, versions: Iterable[Contents]) -> list[Sequence[Contents]]:
    """The choices that the question offered in each version, under this name or the one it had before."""
    names = {question.name, question.was}
    return [
        asked["choices"] for version in versions for (rows_of, name), asked in questions_in(version)
        if name in names and bool(rows_of) == (table is not None) and isinstance(asked.get("choices"), list)
    ]


def _choices(
    choices: Sequence[Choice], ever: Sequence[Sequence[Mapping[str, Any]]], source: Source, path: Path
) -> Iterator[Finding]:
    known = {str(one["code"]) for version in ever for one in version}
    began = {str(one.get("was")) for one in ever[0]}
    now = {one.code for one in choices}
    for at, choice in enumerate(choices):
        if choice.was and choice.was not in known | began:
            yield _slip(source.place((*path, at, "was")), NO_CHOICE, choice.was, known - now)


def _slip(place: Place, text: str, was: str, known: Iterable[str]) -> Finding:
    return finding(place, "F059", text, was=was, hint=mean(was, known))
