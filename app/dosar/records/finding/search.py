"""Finding records by words: one index for both databases.

Every searched answer is cut into words; of each, folded (no capitals, diacritics, cedillas, î and â alike,
Cyrillic letters Latin), a code is kept (:mod:`dosar.database.sealing.blind_index`), with the sensitivity of its
question, so that nobody finds a person by an answer she may not see. A search is a prefix of every word, in any
order.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, insert, select, true, union_all

from dosar.database.form_tables import Record
from dosar.database.sealing.blind_index import LAST_CHARACTER, code_maker
from dosar.database.system_tables import search_word_table
from dosar.database.text.folding import fold_text, misspelled_forms, near_misses, word_as_heard, word_variants
from dosar.database.text.transliteration import cyrillic_readings
from dosar.language.form import Form
from dosar.language.question import Answer, Answers, Question, Unknown
from dosar.language.text.characters import unify_punctuation
from dosar.records.repository import Repository

MAX_WORD_LENGTH = 48
MAX_SEARCH_WORDS = 6
WORD_PARTS = re.compile(r"[^\W_]+")
WORD_BREAKS = re.compile(r"\s+|(?<!\d)[,;]|[,;](?!\d)")
"""What parts two words; a comma within a number does not."""
WORD_EDGE_SIGNS = ".,;:!?()\"'+~"
"""Said of a text in which look-alikes are one (:func:`dosar.language.text.characters.unify_punctuation`)."""
JOINING_SIGNS = re.compile(r"[-'\"]")
CASE_CODE = re.compile(r"[^\W\d_]+-(\d+-)*\d+")
DIGIT_GROUP = re.compile(r"[+(]*\d[\d().\-/]*")
SHORT_NUMBER = 6


def index_words(repository: Repository, form: Form, record: Record, answers: Answers) -> None:
    """Make the record's words in the index those of its answers."""
    if not any(question.search for question in form.questions.values()):
        return
    session = repository.session
    new_words = word_codes(session.connection(), form, answers)
    of_record = (search_word_table.c.form == form.key, search_word_table.c.record_id == record.id)
    old_words = {(row.word, row.sensitivity) for row in session.execute(select(search_word_table).where(*of_record))}
    for code, sensitivity in old_words - new_words:
        is_gone = (search_word_table.c.word == code, search_word_table.c.sensitivity == sensitivity)
        session.execute(delete(search_word_table).where(*of_record, *is_gone))
    if new_words - old_words:
        session.execute(
            insert(search_word_table),
            [
                {"form": form.key, "record_id": record.id, "word": code, "sensitivity": sensitivity}
                for code, sensitivity in sorted(new_words - old_words)
            ],
        )


def word_codes(connection: Connection, form: Form, answers: Answers) -> set[tuple[bytes, str]]:
    """(code of a word, sensitivity) of every searched answer, as the index keeps them."""
    code = code_maker(connection.dialect)
    return {(code(word), sensitivity) for word, sensitivity in words_to_index(form, answers)}


def words_to_index(form: Form, answers: Answers) -> Iterator[tuple[str, str]]:
    """(folded word, sensitivity) of every searched answer."""
    for question in form.questions.values():
        for part, sensitivity, answer in _searched_answers(question, answers.get(question.name)):
            for text in _split_words(part.words(answer)):
                for found_as in _index_forms(text):
                    yield found_as[:MAX_WORD_LENGTH], sensitivity


def _index_forms(piece: str) -> Iterator[str]:
    """Everything that the word is found by: as written, as heard, and without one of its first letters."""
    for folded in word_variants(piece):
        yield folded
        yield word_as_heard(folded)
        yield from misspelled_forms(word_as_heard(folded))


def _searched_answers(question: Question, answer: Answer) -> Iterator[tuple[Question, str, Answer]]:
    """The answers to search, each with what one must be cleared for; a column has its own sensitivity."""
    if not question.search or answer is None or isinstance(answer, Unknown):
        return
    for row in answer if question.columns_asked() else ():
        for column in question.columns_asked():
            if column.search and (cell := row.get(column.name)) is not None and not isinstance(cell, Unknown):
                yield column, _index_label(question, column), cell
    if not question.columns_asked():
        yield question, _index_label(question), answer


def _index_label(*questions: Question) -> str:
    """What one must be cleared for to find a word: a column of a sensitive table asks for both clearances."""
    needed = sorted({clearance for question in questions for clearance in question.clearances})
    return " ".join(needed) if len(needed) <= 2 else "+".join(clearance[:3] for clearance in needed)


def _split_words(text: str) -> Iterable[str]:
    """Words as written, and their parts: *Pop-Ionescu*, *Pop*, *Ionescu*; *D'Angelo*, *Angelo*."""
    for piece in WORD_BREAKS.split(unify_punctuation(text)):
        stripped = piece.strip(WORD_EDGE_SIGNS)
        if not stripped:
            continue
        yield stripped
        parts = WORD_PARTS.findall(stripped)
        if CASE_CODE.fullmatch(stripped):
            yield from _ends_of_code(parts)
        elif len(parts) > 1 and JOINING_SIGNS.sub("", stripped).isalpha():
            yield from parts


def names_of_code(code: str) -> set[str]:
    """Everything that the case of this code is called, folded; the code first of all."""
    return {fold_text(name) for name in _split_words(code)}


def _ends_of_code(parts: list[str]) -> Iterator[str]:
    """*D-2026-0001* is called *2026-0001*, *0001* and *D0001*, each without the noughts, too: *D-2026-1*, *1*, *D1*."""
    for number in (parts[-1], parts[-1].lstrip("0") or "0"):
        code_parts = [*parts[:-1], number]
        yield from ("-".join(code_parts[begin:]) for begin in range(len(parts)))
        yield parts[0] + number
        yield "".join(code_parts)


SearchWord = tuple[str, ...]
"""One word of a search, folded, in each way it may be read; as written first."""


def search_words(text: str) -> list[SearchWord]:
    """The words of a search, at most six; a telephone number is one, however it is spaced."""
    pieces = (
        piece.strip(WORD_EDGE_SIGNS)
        for piece in _with_numbers_joined(WORD_BREAKS.split(unify_punctuation(text).strip()))
    )
    words = (
        tuple(dict.fromkeys(fold_text(read)[:MAX_WORD_LENGTH] for read in cyrillic_readings(piece))) for piece in pieces
    )
    return [word for word in words if word[0].strip("-")][:MAX_SEARCH_WORDS]


def _word_beginnings(word: SearchWord, forgiving: bool) -> list[str]:
    """What a word of the index begins with to be the word asked; ``forgiving`` a letter wrong, too
    many or too few at its beginning."""
    exactly = [form for reading in word for form in (reading, word_as_heard(reading))]
    forgiven = [form for reading in exactly for form in near_misses(reading)] if forgiving else []
    return list(dict.fromkeys((*exactly, *forgiven)))


def may_be_misspelled(text: str) -> bool:
    """Whether a wrong letter could be forgiven in any of the words."""
    return any(misspelled_forms(word_as_heard(reading)) for word in search_words(text) for reading in word)


def _with_numbers_joined(pieces: list[str]) -> Iterator[str]:
    for are_digits, run in groupby(pieces, key=lambda piece: DIGIT_GROUP.fullmatch(piece) is not None):
        written = list(run)
        if are_digits and _is_telephone(written):
            yield _dialled_digits("".join(written))
        else:
            yield from written


def _is_telephone(written: list[str]) -> bool:
    """Abroad or at home a number begins with + or 0; three groups of digits are no case code."""
    return written[0].lstrip("(")[:1] in ("+", "0") or len(written) > 2


def _dialled_digits(written: str) -> str:
    """The digits, without the 00 that stands for a +; the end of a case code may begin with noughts, too."""
    digits = "".join(letter for letter in written if letter.isdecimal())
    return digits.removeprefix("00") if len(digits) > SHORT_NUMBER else digits


def search_condition(form: Form, record_id: Any, text: str, forgiving: bool = False) -> ColumnElement[bool]:
    """The condition under which a record is found: every word asked begins one of its words, or nearly so.

    ``form`` is the form as the reader may know it; words of other questions find nothing.
    """
    allowed, with_all = sorted(_known_sensitivities(form)), None
    for word in search_words(text):
        with_all = _with_word(form.key, _word_beginnings(word, forgiving), allowed, with_all)
    return true() if with_all is None else record_id.in_(with_all)


def _with_word(form: str, beginnings: Sequence[str], allowed: Sequence[str], among: Any) -> Any:
    """The records with a word that begins with one of these, ``among`` some others.

    One range each: of two ranges joined by *or*, SQLite would read the whole index. One word's records within
    another's: of records that each have all the words apart, PostgreSQL would read all.
    """
    ranges = [
        select(search_word_table.c.record_id).where(
            search_word_table.c.form == form,
            search_word_table.c.word >= beginning,
            search_word_table.c.word < beginning + LAST_CHARACTER,
            search_word_table.c.sensitivity.in_(allowed),
        )
        for beginning in beginnings
    ]
    if len(ranges) > 1:
        either = union_all(*ranges).subquery()
        found = select(either.c.record_id)
    else:
        found = ranges[0]
    return found if among is None else found.where(found.selected_columns.record_id.in_(among))


def search_words_fit(text: str, words: Iterable[SearchWord], forgiving: bool = False) -> bool:
    """Whether these words find the text: the rule of the index, for a list too short to have one."""
    index_forms = {form for piece in _split_words(text) for form in _index_forms(piece)}
    return all(
        any(index_form.startswith(tuple(_word_beginnings(begins, forgiving))) for index_form in index_forms)
        for begins in words
    )


def _known_sensitivities(form: Form) -> set[str]:
    """The sensitivities of the searched answers that this form still asks for."""
    return {
        _index_label(question, part)
        for question in form.questions.values()
        if question.search
        for part in question.columns_asked() or [question]
        if part.search
    }
