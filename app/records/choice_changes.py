"""Choices that changed: which of the answers that are kept hold a code or words that the list no longer has."""

from collections import Counter

from app.language.changes import Kept
from app.records.held import Held


def recodings(form: str, one: Kept, held: Held) -> dict[str, tuple[str, int]]:
    """Old code → the choice's new code, and how many answers hold the old one."""
    if not _chosen(one) or not one.now.renamed_codes:
        return {}
    found = _codes(form, one, held)
    return {was: (now, found[was]) for was, now in one.now.renamed_codes.items() if found[was]}


def lost_codes(form: str, one: Kept, held: Held) -> dict[str, int]:
    """The codes that are gone from the list, and how many answers hold each."""
    if not _chosen(one) or not one.now.all_choices or not one.older.all_choices:
        return {}
    if {*one.older.every_code()} <= {*one.now.every_code()}:
        return {}
    known = one.now.every_code()
    return {code: count for code, count in sorted(_codes(form, one, held).items()) if code not in known}


def lost_words(form: str, one: Kept, held: Held) -> dict[str, int]:
    """The choices that ask for no words any more, and how many answers have such words."""
    if not _chosen(one):
        return {}
    asking = {choice.code for choice in one.now.others}
    silent = {choice.code for choice in one.now.all_choices} - asking
    if not any(one.now.code_now(choice.code) in silent for choice in one.older.others):
        return {}
    found = Counter(
        one.now.code_now(code) for answer in held.answers(form, one.rows_were_of, one.older)
        for code, words in one.older.choices_in(answer) if words
    )
    return {code: count for code, count in sorted(found.items()) if code in silent}


def _codes(form: str, one: Kept, held: Held) -> Counter[str]:
    return Counter(
        code for answer in held.answers(form, one.rows_were_of, one.older)
        for code, _ in one.older.choices_in(answer)
    )


def _chosen(one: Kept) -> bool:
    """Whether it is, and was, answered from a list of the forms."""
    return one.now.from_list and one.older.from_list
