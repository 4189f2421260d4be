"""Finding records by words: one index for both databases.

Every searched answer is cut into words; each is kept folded (no capitals, diacritics, cedillas, î and â
alike, Cyrillic letters Latin), with the sensitivity of its question, so that nobody finds a person by an
answer she may not see. A search is a prefix of every word, in any order.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, delete, insert, select, true, union_all

from app.language.characters import alike
from app.language.form import Form
from app.language.question import Answer, Answers, Question, Unknown
from app.records.cabinet import Cabinet
from app.records.cyrillic import readings
from app.records.folding import fold, heard, misspelled, nearly, variants
from app.records.system import word
from app.records.tables import Record

LONGEST = 48
MOST_WORDS = 6
PARTS = re.compile(r"[^\W_]+")
BETWEEN = re.compile(r"\s+|(?<!\d)[,;]|[,;](?!\d)")
"""What parts two words; a comma within a number does not."""
AROUND = ".,;:!?()\"'+~"
"""Said of a text in which look-alikes are one (:func:`app.language.characters.alike`)."""
JOINED = re.compile(r"[-'\"]")
CODE = re.compile(r"[^\W\d_]+-(\d+-)*\d+")
DIGITS = re.compile(r"[+(]*\d[\d().\-/]*")
SHORT_NUMBER = 6
BEGINS = "\U0010ffff"
"""No word that begins with another stands after that one with this letter behind it."""


def index_words(cabinet: Cabinet, form: Form, record: Record, answers: Answers) -> None:
    """Make the record's words in the index those of its answers."""
    wanted = set(words_of(form, answers))
    if not any(question.search for question in form.questions.values()):
        return
    session = cabinet.session
    of_record = (word.c.form == form.key, word.c.record_id == record.id)
    kept = {(row.word, row.sensitivity) for row in session.execute(select(word).where(*of_record))}
    for text, sensitivity in kept - wanted:
        gone = (word.c.word == text, word.c.sensitivity == sensitivity)
        session.execute(delete(word).where(*of_record, *gone))
    if wanted - kept:
        session.execute(insert(word), [
            {"form": form.key, "record_id": record.id, "word": text, "sensitivity": sensitivity}
            for text, sensitivity in sorted(wanted - kept)
        ])


def words_of(form: Form, answers: Answers) -> Iterator[tuple[str, str]]:
    """(folded word, sensitivity) of every searched answer."""
    for question in form.questions.values():
        for asked, sensitivity, answer in _searched(question, answers.get(question.name)):
            for text in _pieces(asked.words(answer)):
                for found_as in _indexed(text):
                    yield found_as[:LONGEST], sensitivity


def _indexed(piece: str) -> Iterator[str]:
    """Everything that the word is found by: as written, as heard, and without one of its first letters."""
    for folded in variants(piece):
        yield folded
        yield heard(folded)
        yield from misspelled(heard(folded))


def _searched(question: Question, answer: Answer) -> Iterator[tuple[Question, str, Answer]]:
    """The answers to search, each with what one must be cleared for; a column has its own sensitivity."""
    if not question.search or answer is None or isinstance(answer, Unknown):
        return
    for row in answer if question.columns_asked() else ():
        for column in question.columns_asked():
            for asked, sensitivity, cell in _searched(column, row.get(column.name)):
                yield asked, _both(question.sensitivity, sensitivity), cell
    if not question.columns_asked():
        yield question, question.sensitivity or "", answer


def _both(table: str | None, column: str) -> str:
    """A column of a sensitive table asks for both clearances."""
    return " ".join(sorted({one for one in (table, column) if one}))


def _pieces(text: str) -> Iterable[str]:
    """Words as written, and their parts: *Pop-Ionescu*, *Pop*, *Ionescu*; *D'Angelo*, *Angelo*."""
    for piece in BETWEEN.split(alike(text)):
        stripped = piece.strip(AROUND)
        if not stripped:
            continue
        yield stripped
        parts = PARTS.findall(stripped)
        if CODE.fullmatch(stripped):
            yield from _ends_of_code(parts)
        elif len(parts) > 1 and JOINED.sub("", stripped).isalpha():
            yield from parts


def _ends_of_code(parts: list[str]) -> Iterator[str]:
    """*D-2026-0001* is called *2026-0001*, *0001* and *D0001*, each without the noughts, too: *D-2026-1*, *1*, *D1*."""
    for number in (parts[-1], parts[-1].lstrip("0") or "0"):
        whole = [*parts[:-1], number]
        yield from ("-".join(whole[begin:]) for begin in range(len(parts)))
        yield parts[0] + number
        yield "".join(whole)


Asked = tuple[str, ...]
"""One word of a search, folded, in each way it may be read; as written first."""


def asked_words(text: str) -> list[Asked]:
    """The words of a search, at most six; a telephone number is one, however it is spaced."""
    pieces = (piece.strip(AROUND) for piece in _with_numbers_joined(BETWEEN.split(alike(text).strip())))
    asked = (tuple(dict.fromkeys(fold(read)[:LONGEST] for read in readings(piece))) for piece in pieces)
    return [one for one in asked if one[0].strip("-")][:MOST_WORDS]


def _beginnings(asked: Asked, forgiving: bool) -> list[str]:
    """What a word of the index begins with to be the word asked; ``forgiving`` a letter wrong, too
    many or too few at its beginning."""
    exactly = [form for one in asked for form in (one, heard(one))]
    forgiven = [form for one in exactly for form in nearly(one)] if forgiving else []
    return list(dict.fromkeys((*exactly, *forgiven)))


def may_be_misspelled(text: str) -> bool:
    """Whether a wrong letter could be forgiven in any of the words."""
    return any(misspelled(heard(one)) for asked in asked_words(text) for one in asked)


def _with_numbers_joined(pieces: list[str]) -> Iterator[str]:
    for are_digits, run in groupby(pieces, key=lambda piece: DIGITS.fullmatch(piece) is not None):
        written = list(run)
        if are_digits and _is_telephone(written):
            yield _dialled("".join(written))
        else:
            yield from written


def _is_telephone(written: list[str]) -> bool:
    """Abroad or at home a number begins with + or 0; three groups of digits are no case code."""
    return written[0].lstrip("(")[:1] in ("+", "0") or len(written) > 2


def _dialled(written: str) -> str:
    """The digits, without the 00 that stands for a +; the end of a case code may begin with noughts, too."""
    digits = "".join(letter for letter in written if letter.isdecimal())
    return digits.removeprefix("00") if len(digits) > SHORT_NUMBER else digits


def found_by(form: Form, record_id: Any, text: str, forgiving: bool = False) -> ColumnElement[bool]:
    """The condition under which a record is found: every word asked begins one of its words, or nearly so.

    ``form`` is the form as the reader may know it; words of other questions find nothing.
    """
    allowed, with_all = sorted(_known_sensitivities(form)), None
    for asked in asked_words(text):
        with_all = _with_word(form.key, _beginnings(asked, forgiving), allowed, with_all)
    return true() if with_all is None else record_id.in_(with_all)


def _with_word(form: str, beginnings: Sequence[str], allowed: Sequence[str], among: Any) -> Any:
    """The records with a word that begins with one of these, ``among`` some others.

    One range each: of two ranges joined by *or*, SQLite would read the whole index. One word's records within
    another's: of records that each have all the words apart, PostgreSQL would read all.
    """
    ranges = [
        select(word.c.record_id).where(
            word.c.form == form, word.c.word >= beginning, word.c.word < beginning + BEGINS,
            word.c.sensitivity.in_(allowed),
        )
        for beginning in beginnings
    ]
    if len(ranges) > 1:
        either = union_all(*ranges).subquery()
        found = select(either.c.record_id)
    else:
        found = ranges[0]
    return found if among is None else found.where(found.selected_columns.record_id.in_(among))


def fits(text: str, asked: Iterable[Asked], forgiving: bool = False) -> bool:
    """Whether these words find the text: the rule of the index, for a list too short to have one."""
    kept = {form for piece in _pieces(text) for form in _indexed(piece)}
    return all(any(one.startswith(tuple(_beginnings(begins, forgiving))) for one in kept) for begins in asked)


def _known_sensitivities(form: Form) -> set[str]:
    """The sensitivities of the searched answers that this form still asks for."""
    return {
        _both(question.sensitivity, asked.sensitivity or "")
        for question in form.questions.values() if question.search
        for asked in question.columns_asked() or [question] if asked.search
    }
