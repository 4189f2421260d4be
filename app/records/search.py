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

from app.language.form import Form
from app.language.question import Answer, Answers, Question, Unknown
from app.records.cabinet import Cabinet
from app.records.folding import fold, heard, variants
from app.records.system import word
from app.records.tables import Record

LONGEST = 48
MOST_WORDS = 6
PARTS = re.compile(r"[^\W_]+")
AROUND = ".,;:!?()\"'„”«»+"
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
                for folded in variants(text):
                    yield folded[:LONGEST], sensitivity
                    yield heard(folded)[:LONGEST], sensitivity


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
    """Words as written, and their parts: *D-2026-0001*, *2026-0001*, *0001*; *Pop-Ionescu*, *Pop*, *Ionescu*."""
    for piece in text.split():
        stripped = piece.strip(AROUND)
        if not stripped:
            continue
        yield stripped
        parts = PARTS.findall(stripped)
        if CODE.fullmatch(stripped):
            yield from ("-".join(parts[begin:]) for begin in range(1, len(parts)))
        elif len(parts) > 1 and stripped.lower().replace("-", "").isalpha():
            yield from parts


def asked_words(text: str) -> list[str]:
    """The folded words of a search, at most six; a telephone number is one, however it is spaced."""
    pieces = (fold(piece.strip(AROUND))[:LONGEST] for piece in _with_numbers_joined(text.split()))
    return [piece for piece in pieces if piece][:MOST_WORDS]


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


def found_by(form: Form, record_id: Any, text: str) -> ColumnElement[bool]:
    """The condition under which a record is found: every word asked begins one of its words.

    ``form`` is the form as the reader may know it; words of other questions find nothing.
    """
    allowed, with_all = sorted(_known_sensitivities(form)), None
    for asked in asked_words(text):
        with_all = _with_word(form.key, asked, allowed, with_all)
    return true() if with_all is None else record_id.in_(with_all)


def _with_word(form: str, asked: str, allowed: Sequence[str], among: Any) -> Any:
    """The records with a word that begins with this folded one, as written or as heard, ``among`` some others.

    One range each: of two ranges joined by *or*, SQLite would read the whole index. One word's records within
    another's: of records that each have all the words apart, PostgreSQL would read all.
    """
    ranges = [
        select(word.c.record_id).where(
            word.c.form == form, word.c.word >= beginning, word.c.word < beginning + BEGINS,
            word.c.sensitivity.in_(allowed),
        )
        for beginning in dict.fromkeys((asked, heard(asked)))
    ]
    if len(ranges) > 1:
        either = union_all(*ranges).subquery()
        found = select(either.c.record_id)
    else:
        found = ranges[0]
    return found if among is None else found.where(found.selected_columns.record_id.in_(among))


def fits(text: str, asked: Iterable[str]) -> bool:
    """Whether these folded words find the text: the rule of the index, for a list too short to have one."""
    kept = {form for piece in _pieces(text) for folded in variants(piece) for form in (folded, heard(folded))}
    return all(any(one.startswith((begins, heard(begins))) for one in kept) for begins in asked)


def _known_sensitivities(form: Form) -> set[str]:
    """The sensitivities of the searched answers that this form still asks for."""
    return {
        _both(question.sensitivity, asked.sensitivity or "")
        for question in form.questions.values() if question.search
        for asked in question.columns_asked() or [question] if asked.search
    }
