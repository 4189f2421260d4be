"""Words that name nobody when they stand alone, because everybody uses them."""

from functools import lru_cache
from pathlib import Path


@lru_cache
def common_words() -> frozenset[str]:
    """Usual Romanian words and places, folded."""
    lines = Path(__file__).with_name("common_words.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if not line.startswith("#"))
