"""The copy of her file that a person gets, of an organisation in which every answer is a word of its own.

Every answer of hers is in the PDF and in the JSON; nothing of anybody else's is in either.
"""

import json
import re
import zipfile
from collections.abc import Iterator
from io import BytesIO

import pytest
from pypdf import PdfReader

from dosar.exchange.access_files.zip_file import access_file_zip
from dosar.language.form import CASE_FORM
from dosar.language.privacy.third_persons import names_third_person
from dosar.language.question import ReadingContext
from dosar.records.rights.access_file_reading import access_file_contents, read_access_file
from tests.attack.canaries import Bird, Canary, Private
from tests.attack.organisation import OWNER, Planted, opened_again, planted_place
from tests.databases import fresh_place


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Planted]:
    folder = tmp_path_factory.mktemp("copy")
    like, kept = planted_place("sqlite")
    with fresh_place("sqlite", folder, like) as place:
        opened = opened_again(place, place.data or folder, kept)
        yield opened
        opened.repository.store.close()


@pytest.fixture(scope="module")
def handed_over(planted: Planted) -> dict[str, bytes]:
    """The files in the copy of the person whose case is one's own."""
    repository, reading = planted.repository, ReadingContext("ro", planted.today)
    copy = read_access_file(repository, planted.cases["own"], reading, "Asociația Drumul Lin", {})
    archive = zipfile.ZipFile(BytesIO(access_file_zip(copy, access_file_contents(repository, copy))))
    repository.session.remove()
    return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture(scope="module")
def texts(handed_over: dict[str, bytes]) -> dict[str, str]:
    """What can be read in the PDF, where a long word may be cut at the end of a line, and in the JSON."""
    pages = PdfReader(BytesIO(handed_over["data.pdf"])).pages
    return {"pdf": "\n".join(page.extract_text() for page in pages), "json": handed_over["data.json"].decode()}


def is_hers(planted: Planted, bird: Bird) -> bool:
    """Whether the canary stands in her case, or in the draft of a sheet of hers, and tells not who somebody else is."""
    if not isinstance(bird, Canary):
        return bird == Private(OWNER) and bird is next(kept for kept in planted.aviary.kept if kept == bird)
    form = planted.forms[bird.form]
    of_her_case = bird.place == "own" or (bird.place == "deleted" and bird.form != CASE_FORM)
    if not of_her_case or not (form.belongs_to or form.key == CASE_FORM):
        return False
    first, _, column = bird.question.partition(".")
    table = form.questions[first] if column else None
    asked = table.column(column) if table is not None else form.questions[first]
    assert asked is not None
    return not names_third_person(planted.forms, form, asked, table)


def test_every_answer_of_hers_is_in_both(
    planted: Planted, handed_over: dict[str, bytes], texts: dict[str, str]
) -> None:
    hers = {word: bird for word, bird in planted.aviary.words() if isinstance(bird, Canary) and is_hers(planted, bird)}
    assert len(hers) > 500
    contents = "".join(data.decode() for name, data in handed_over.items() if name.startswith("files/"))
    for kind, text in texts.items():
        flat = re.sub(r"\s", "", text + contents).lower()
        missing = {word: bird for word, bird in hers.items() if word not in flat}
        assert not missing, (kind, len(missing), list(missing.items())[:5])


def test_nobody_else_is_in_either(planted: Planted, handed_over: dict[str, bytes], texts: dict[str, str]) -> None:
    everything = [*texts.values(), *(data.decode("utf-8", "replace") for data in handed_over.values())]
    others = {word: bird for word, bird in planted.aviary.words() if not is_hers(planted, bird)}
    assert len(others) > 1000
    for text in everything:
        flat = re.sub(r"\s", "", text).lower()
        told = {word: bird for word, bird in others.items() if word in flat and not _is_said_of_partner(bird)}
        assert not told, (len(told), list(told.items())[:5])


def _is_said_of_partner(bird: Bird) -> bool:
    """Organisations, places and projects that her sheets name are called by their titles."""
    return isinstance(bird, Canary) and bird.place == "shared"


def test_the_files_themselves_lie_beside_them(planted: Planted, handed_over: dict[str, bytes]) -> None:
    told = json.loads(handed_over["data.json"])["files"]
    assert told and {file["path"] for file in told} == {*handed_over} - {"data.pdf", "data.json"}
    for file in told:
        assert re.fullmatch(r"cnr\d{5}x", handed_over[file["path"]].decode())


def test_its_romanian_letters_print(texts: dict[str, str]) -> None:
    text = texts["pdf"]
    assert "Copia datelor" in text and not {*"ŞşŢţ"} & {*text}
    assert {*"ășțîâ"} <= {*text}
