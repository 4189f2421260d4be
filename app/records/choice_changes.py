"""Choices that changed: which of the answers that are kept hold a code or words that the list no longer has."""

from collections import Counter
from collections.abc import Iterator

from app.fields.choosing import FromList, code_of, words_of
from app.language.changes import Kept
from app.language.question import Answer, Unknown
from app.records.held import Held


def recodings(form: str, one: Kept, held: Held) -> dict[str, tuple[str, int]]:
    """Old code → the choice's new code, and how many answers hold the old one."""
    if not isinstance(one.now, FromList) or not isinstance(one.older, FromList) or not one.now.renamed_codes:
        return {}
    found = _codes(form, one, held)
    return {was: (now, found[was]) for was, now in one.now.renamed_codes.items() if found[was]}


def lost_codes(form: str, one: Kept, held: Held) -> dict[str, int]:
    """The codes that are gone from the list, and how many answers hold each."""
    if not isinstance(one.now, FromList) or not isinstance(one.older, FromList) or one.now.choices is None:
        return {}
    if one.older.choices is None or {*one.older.every_code()} <= {*one.now.every_code()}:
        return {}
    known = one.now.every_code()
    return {code: count for code, count in sorted(_codes(form, one, held).items()) if code not in known}


def lost_words(form: str, one: Kept, held: Held) -> dict[str, int]:
    """The choices that ask for no words any more, and how many answers have such words."""
    if not isinstance(one.now, FromList) or not isinstance(one.older, FromList):
        return {}
    asking = {choice.code for choice in one.now.others}
    silent = {choice.code for choice in one.now.all_choices} - asking
    if not any(one.now.code_now(choice.code) in silent for choice in one.older.others):
        return {}
    found = Counter(
        one.now.code_now(code_of(part)) for answer in held.answers(form, one.rows_were_of, one.older)
        for part in _parts(answer) if words_of(part)
    )
    return {code: count for code, count in sorted(found.items()) if code in silent}


def _codes(form: str, one: Kept, held: Held) -> Counter[str]:
    return Counter(
        code_of(part) for answer in held.answers(form, one.rows_were_of, one.older) for part in _parts(answer)
    )


def _parts(answer: Answer) -> Iterator[str]:
    """The choices of an answer, one or several."""
    if isinstance(answer, list):
        yield from answer
    elif isinstance(answer, str) and not isinstance(answer, Unknown):
        yield answer
