"""What people write in a rule out of habit (from a spreadsheet, from another language), and what is meant here."""

import ast
import re
from collections.abc import Collection
from difflib import get_close_matches

from dosar.language.text.message import Mistake, msgid

CURLED_IN_RULE = re.compile("[“”„«»‘’]")
WORDS_MEANT = {
    "AND": "and",
    "OR": "or",
    "NOT": "not",
    "ȘI": "and",
    "ŞI": "and",
    "SI": "and",
    "SAU": "or",
    "NU": "not",
    "&&": "and",
    "||": "or",
    "!": "not",
    "<>": "!=",
    "=>": ">=",
    "=<": "<=",
    "≤": "<=",
    "≥": ">=",
    "≠": "!=",
}
"""How the words between the parts of a rule are written here."""
FUNCTIONS_MEANT = {
    "now": "today",
    "astazi": "today",
    "azi": "today",
    "if": "",
    "iif": "",
    "daca": "",
    "counta": "count",
    "countif": "count_of",
    "datedif": "days_between",
    "isblank": "missing",
    "isempty": "missing",
    "empty": "missing",
    "selected": "contains",
    "suma": "sum",
    "average": "sum",
    "avg": "sum",
    "dateadd": "add_days",
}
"""Functions of elsewhere, and the one that is meant; nothing where there is none."""
TRUTHS_MEANT = {
    "da": "True",
    "yes": "True",
    "true": "True",
    "adevarat": "True",
    "nu": "False",
    "no": "False",
    "false": "False",
    "fals": "False",
}
"""How yes and no are written in a rule."""

WRITE_STRAIGHT_QUOTES = msgid('Curled quotation marks stand in the rule “%(rule)s”. Write straight ones: ".')
WRITE_OTHER_WORD = msgid("The rule “%(rule)s” cannot be read. Write “%(meant)s” in place of “%(word)s”.")
ONE_EQUALS_SIGN = msgid("The rule “%(rule)s” cannot be read. To compare, write two equals signs: ==.")
WRITE_COMMA = msgid("The rule “%(rule)s” cannot be read. Write a comma in place of the semicolon.")
UNREADABLE_RULE = msgid("The rule “%(rule)s” cannot be read. Write it like “visit_date <= today() and in_school”.")
NO_IF_IN_RULES = msgid(
    "There is no if in a rule (“%(rule)s”): a rule is true or false by itself. Write the condition alone; for several "
    "cases make a computed question for each, and show it with show_if."
)
OTHER_FUNCTION = msgid("There is no function %(function)s() in rules; did you mean %(meant)s()?")
NO_FUNCTION = msgid("There is no function %(function)s() in rules. There are: %(functions)s.")

_SIGNS = re.compile(r"(&&|\|\||<>|=>|=<|[≤≥≠]|!(?!=))")
_IF = re.compile(r"\b(if|iif|dacă|daca)\s*\(|\?", re.IGNORECASE)
_LONE_EQUALS = re.compile(r"(?<![=<>!])=(?!=)")


def explain_unreadable(rule: str) -> Mistake:
    """Why a rule cannot be read at all, by the first slip that is found outside its quoted texts."""
    bare = re.sub(r"\"[^\"]*\"|'[^']*'", '""', rule)
    if CURLED_IN_RULE.search(bare):
        return Mistake(WRITE_STRAIGHT_QUOTES, rule=rule)
    if _IF.search(bare):
        return Mistake(NO_IF_IN_RULES, rule=rule)
    for word in [*_SIGNS.findall(bare), *re.findall(r"[^\W\d_]+", bare)]:
        meant = WORDS_MEANT.get(word.upper())
        if meant is not None and meant != word:
            return Mistake(WRITE_OTHER_WORD, rule=rule, word=word, meant=meant)
    if _LONE_EQUALS.search(bare):
        return Mistake(ONE_EQUALS_SIGN, rule=rule)
    if ";" in bare:
        return Mistake(WRITE_COMMA, rule=rule)
    return Mistake(UNREADABLE_RULE, rule=rule)


def unknown_function(function: str, known: Collection[str], rule: str) -> Mistake:
    """A function that is called and that there is not."""
    word = function.lower()
    if FUNCTIONS_MEANT.get(word) == "":
        return Mistake(NO_IF_IN_RULES, rule=rule)
    close = get_close_matches(word, list(known), n=1, cutoff=0.75)
    meant = FUNCTIONS_MEANT.get(word) or (close[0] if close else "")
    if meant:
        return Mistake(OTHER_FUNCTION, function=function, meant=meant)
    return Mistake(NO_FUNCTION, function=function, functions=", ".join(known))


def explain_refused(piece: ast.expr, text: str) -> Mistake | None:
    """A piece that may not stand in a rule and has a remedy of its own."""
    return Mistake(NO_IF_IN_RULES, rule=text) if isinstance(piece, ast.IfExp) else None
