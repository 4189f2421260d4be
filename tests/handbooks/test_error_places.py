"""From what went wrong to the place of the handbooks that says more."""

import pytest

from dosar.cli.console.troubles import translate_trouble
from dosar.database.store_errors import DiskFull, StoreError
from dosar.handbooks.error_places import PLACES_FILE, find_place, place_for, sentences_of_places
from dosar.language.text.message import Message
from dosar.language.text.translations import LANGUAGES, WORDINGS, translated_forms, translated_words

READ = (*LANGUAGES, *WORDINGS)


@pytest.mark.parametrize("name", sentences_of_places())
def test_every_place_is_there_in_every_language(name: str) -> None:
    for language in READ:
        place = find_place(name, language)
        assert place is not None and place.section.title, f"{name}: {language}"


@pytest.mark.parametrize(
    "sentence", [one for sentences in sentences_of_places().values() for one in sentences], ids=lambda one: one[:40]
)
def test_every_sentence_is_one_of_the_program(sentence: str) -> None:
    spoken = LANGUAGES[0]
    known = {*translated_words(spoken), *plural_sentences(spoken)}
    assert sentence in known


def test_no_sentence_is_lost_because_its_place_is_written_twice() -> None:
    written = [line for line in PLACES_FILE.read_text("utf-8").splitlines() if line.startswith("  - ")]
    assert len(written) == sum(map(len, sentences_of_places().values()))


def plural_sentences(language: str) -> set[str]:
    """Of sentences that count, both are written down in English: the translations have them under the first."""
    sentences = {one for sentences in sentences_of_places().values() for one in sentences}
    counted = {one for one in sentences if len(translated_forms(one, language)) > 1}
    return counted | {one for one in sentences if any(_is_plural_of(one, first) for first in counted)}


def _is_plural_of(one: str, first: str) -> bool:
    return one.split("%(num)")[0] == first.split("%(num)")[0] and one != first


@pytest.mark.parametrize("language", READ)
def test_a_message_leads_there_whatever_it_mentions(language: str) -> None:
    texts = translated_words(language.partition("-")[0])
    [cut] = [one for one in sentences_of_places()["administrator/restore#refused"] if "its end is missing" in one]
    told = Message(cut, {"file": "dosar-2026-11-29.dosar"}).say(lambda text: texts.get(text, text))
    place = place_for(f"<p>{told} ...</p>", language)
    assert place is not None and place.address == "/help/administrator/restore#refused"
    assert place_for("Totul este în regulă. All is well.", language) is None


def test_the_console_names_book_and_chapter() -> None:
    more = translate_trouble(DiskFull(), "ro").splitlines()[-1]
    place = find_place("administrator/disasters#full", "ro")
    assert place is not None and place.section.title in more and place.chapter.title in more
    assert place.book.title in more and "http" not in more
    assert translate_trouble(StoreError("Nothing of the kind."), "en") == "Nothing of the kind."
