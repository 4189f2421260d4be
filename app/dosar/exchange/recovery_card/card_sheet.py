"""What is printed on a recovery card: the groups, a square for code readers, and what to do with them.

It says nothing of whose data it opens, nor an address: a thief who finds it must find those, too. Who wants both on
the paper writes them on its empty lines by hand.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from urllib.parse import quote

from dosar.backups.places.addresses import FOLDER_KIND, OBJECT_STORE_KIND, WEBDAV_KIND
from dosar.database.keys.recovery_card import RecoveryCard
from dosar.fields.formats.days import format_day
from dosar.handbooks.shelf import find_book
from dosar.language.text.message import Message, msgid
from dosar.language.text.translations import LANGUAGES, translated_word
from dosar.updates.programs.program import running_version
from dosar.updates.programs.source import program_address

SQUARE_CORRECTION = "q"
"""A quarter of the square may be creased or stained."""
TITLE = msgid("Recovery card %(number)s")
MADE_ON = msgid("Made on %(day)s")
BACK_UPS = msgid("Where the back-ups lie")
PROGRAM = msgid("Where Dosar %(version)s is")
SOURCE = msgid("the folder or stick from which it was installed")
HANDBOOK, CHAPTER = "administrator", "keys-lost"
"""Where the loss of a card is told at length."""
WORDS = {
    "opens": msgid(
        "Opens the data of the organisation and every back-up made while the card is valid: alone, without passphrase."
    ),
    "letters": msgid("There is no letter O, I, L or U in it: what looks like one is a number."),
    "whose": msgid("Whose it is (better left empty)"),
    "fold": msgid("Fold here, the groups inside"),
    "do": msgid("When the computer is gone"),
    "forgotten": msgid("If only the passphrase is forgotten: start Dosar and type the card in its place."),
    "keep": msgid("How to keep it"),
    "found": msgid("Whoever has found this sheet: please destroy it."),
}
PLACES = {
    FOLDER_KIND: msgid("a disk, a stick or a shared folder"),
    WEBDAV_KIND: msgid("a cloud (WebDAV, Nextcloud)"),
    OBJECT_STORE_KIND: msgid("an object store (S3)"),
}
"""What kind of place it is; which one, nobody reads on the paper."""
STEPS = (
    msgid(
        "Install Dosar %(version)s, or a newer one, on another computer, from the place written above, and start it."
    ),
    msgid("On its first page choose “I have a back-up”."),
    msgid(
        "Choose the newest back-up: a file whose name begins with dosar- and ends in .dosar, on the stick, the disk or "
        "in the place written above."
    ),
    msgid("Type the nine groups, or hold the square before a code reader. Capitals and blanks do not matter."),
    msgid(
        "Once everything was counted and compared, sign in as before. On the page “Key of the data” set a new "
        "passphrase, make new cards, and destroy this one."
    ),
)
KEEPING = (
    msgid("In a closed envelope, away from the computer and from the back-ups, where you would keep a deed."),
    msgid("Never as a photograph, a scan or a file: whoever reads it and has a back-up reads everything."),
    msgid("A second card may lie with a second person, in another place. Either opens everything."),
    msgid(
        "Lost, or seen by somebody? Make another one at once on the page “Key of the data”. Then make another key: "
        "%(book)s, chapter %(chapter)s."
    ),
)


@dataclass(frozen=True)
class CardText:
    """What the card says in one language."""

    language: str
    title: str
    made_on: str
    words: dict[str, str]
    back_ups: str
    program: str
    steps: list[str]
    keeping: list[str]


@dataclass(frozen=True)
class CardSheet:
    """One card, as it is printed."""

    number: int
    groups: list[str]
    texts: list[CardText]
    """In the reader's language, and in another one: who opens the envelope may be somebody else."""

    @property
    def square_text(self) -> str:
        """What a code reader types. Blanks are where they are on every keyboard, hyphens are not."""
        return " ".join(self.groups)

    @property
    def square(self) -> str:
        """The same as a picture, an SVG."""
        import segno  # only who prints a card needs it

        picture = segno.make(self.square_text, error=SQUARE_CORRECTION, boost_error=False)
        drawn = BytesIO()
        picture.save(drawn, kind="svg", xmldecl=False, nl=False, border=2, dark="#000", light="#fff", omitsize=True)
        return drawn.getvalue().decode()

    @property
    def square_address(self) -> str:
        """The picture as an address, for a page."""
        return f"data:image/svg+xml,{quote(self.square)}"


def card_sheet(card: RecoveryCard, number: int, day: date, language: str, places: Collection[str] = ()) -> CardSheet:
    """The card as it is printed for a reader of this language; ``places`` are the kinds of where back-ups go."""
    kinds = [kind for kind in PLACES if kind in places]
    return CardSheet(number, card.groups, [_text(number, day, each, kinds) for each in _two_languages(language)])


def _two_languages(language: str) -> Sequence[str]:
    """The reader's own wording, and the first other language that Dosar speaks, English before others."""
    others = [other for other in reversed(LANGUAGES) if other != language.partition("-")[0]]
    return [language, *others[:1]]


def _text(number: int, day: date, language: str, places: Sequence[str]) -> CardText:
    values = {"number": number, "day": format_day(day, language), "version": running_version(), **_chapter(language)}

    def say(text: str) -> str:
        return Message(text, values).say(lambda word: translated_word(word, language))

    return CardText(
        language,
        say(TITLE),
        say(MADE_ON),
        {name: say(text) for name, text in WORDS.items()},
        ": ".join((say(BACK_UPS), *filter(None, [", ".join(say(PLACES[kind]) for kind in places)]))),
        f"{say(PROGRAM)}: {program_address() or say(SOURCE)}",
        [say(step) for step in STEPS],
        [say(advice) for advice in KEEPING],
    )


def _chapter(language: str) -> dict[str, str | int]:
    """Of which book, and the how manieth, as its list of contents counts."""
    book = find_book(HANDBOOK, language)
    chapter = book.chapter(CHAPTER) if book else None
    return {"book": book.title, "chapter": book.chapters.index(chapter) + 1} if book and chapter else {}
