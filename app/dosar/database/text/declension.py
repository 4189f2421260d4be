"""How Romanian declines names: *Iulia*, *Iuliei*, *Iulio*; *Anca*, *Ancăi*, *Anchii*; *Popescu*, *Popeștilor*.

Too many forms are made rather than too few: they are looked for in texts, never written.
"""

from functools import lru_cache

ENDINGS: tuple[tuple[str, int, tuple[str, ...]], ...] = (
    ("ca", 2, ("cai", "chii", "chei")),
    ("ga", 2, ("gai", "ghii", "ghei")),
    ("eana", 4, ("enei", "enii")),
    ("oara", 4, ("orei", "orii")),
    ("oarea", 5, ("orii", "oarei")),
    ("ata", 3, ("etei",)),
    ("a", 1, ("ei", "ii", "i", "o", "e", "ai", "elor", "ilor")),
    ("escu", 2, ("ti", "tii", "tilor", "tei")),
    ("escu", 4, ("easca", "eascai")),
    ("u", 1, ("ul", "ului", "ule", "e", "i", "ii", "ilor")),
    ("u", 0, ("lui", "le")),
    ("e", 0, ("lui", "le")),
    ("e", 1, ("i", "ii", "ea")),
    ("i", 0, ("e", "ul", "ului", "ule", "lui", "lor")),
    ("o", 0, ("lui",)),
)
"""A word's end, how many of its letters go, and what comes in their place."""
AFTER_CONSONANTS = ("ul", "ului", "ule", "e", "u", "i", "ii", "ilor", "a", "ei", "lui")
IRREGULAR = {"ion": ("ioane",), "petru": ("petre",), "dumitru": ("dumitre",), "toader": ("toadere",)}
VOWELS = "aeiou"


@lru_cache(maxsize=8192)
def declined_forms(folded: str) -> frozenset[str]:
    """The folded name in every case and number, itself among them."""
    if not folded.isalpha():
        return frozenset([folded])
    forms = {folded, *IRREGULAR.get(folded, ())}
    for ending, length, others in ENDINGS:
        if folded.endswith(ending):
            forms |= {folded[: len(folded) - length] + other for other in others}
    if folded[-1] not in VOWELS:
        forms |= {folded + ending for ending in AFTER_CONSONANTS}
    return frozenset(forms)
