"""How long pages take beside the same pages written by hand: ``python -m tests.bench``.

``--cases 10000`` (may be given several times; 10,000 and 100,000 by default), ``--quick`` for fewer rounds,
``--write`` keeps the tables in RESULTS.md. The organisations are made once and kept in the folder for
temporary files.
"""

import argparse
import os
from datetime import date
from pathlib import Path
from statistics import median

from tests.bench.filling import filled_folder, opened
from tests.bench.measuring import Bench, Result, mean
from tests.bench.searching import DATABASES, searches
from tests.bench.starting import seconds_to_first_answer
from tests.databases import stop_postgresql
from tests.whole_run import alone

ROUNDS, QUICK = 60, 10
RESULTS = Path(__file__).with_name("RESULTS.md")
HEAD = """| operation | by hand, ms | ours, ms | ratio | of processor time | statements | ours | bytes by hand | ours |
|---|--:|--:|--:|--:|--:|--:|--:|--:|"""


def main() -> None:
    asked = argparse.ArgumentParser("python -m tests.bench", description=__doc__)
    asked.add_argument("--cases", type=int, action="append")
    asked.add_argument("--quick", action="store_true")
    asked.add_argument("--write", action="store_true")
    with alone(stop_postgresql):
        _measure(asked.parse_args())


def _measure(told: argparse.Namespace) -> None:
    tables = []
    for cases in told.cases or [10_000, 100_000]:
        folder = filled_folder(cases)
        app = opened(folder)
        results = Bench(app, cases, QUICK if told.quick else ROUNDS).all()
        app.extensions["dosar_repository"].store.close()
        tables.append("\n\n".join([_table(cases, results), _found(folder), _started(folder)]))
        print(f"\n{tables[-1]}\n", flush=True)
    if told.write:
        _write(tables)


def _table(cases: int, results: list[Result]) -> str:
    lines = [f"## {cases:,} cases", "", HEAD, *[_line(result) for result in results]]
    ratio, work = mean([result.ratio for result in results]), mean([result.work_ratio for result in results])
    return "\n".join([*lines, f"| **geometric mean** | | | **{ratio:.2f}** | **{work:.2f}** | | | | |"])


def _line(result: Result) -> str:
    hand, ours = result.hand, result.ours
    return (
        f"| {result.what} | {median(hand.times):.1f} | {median(ours.times):.1f} | {result.ratio:.2f} | "
        f"{result.work_ratio:.2f} | {hand.statements} | {ours.statements} | {hand.bytes:,} | {ours.bytes:,} |"
    )


def _found(folder: Path) -> str:
    lines = [
        "| search | found | " + " | ".join(f"{name}, ms" for name in DATABASES.values()) + " |",
        "|---|--:|" + "--:|" * len(DATABASES),
    ]
    for search in searches(folder):
        found = "more than 1,000" if search.found is None else f"{search.found:,}"
        lines.append(f"| {search.words} | {found} | " + " | ".join(f"{time:.1f}" for time in search.times) + " |")
    return "\n".join(lines)


def _started(folder: Path) -> str:
    took, worked = seconds_to_first_answer(folder)
    return f"Start to first answer: {took:.1f} s, {worked:.1f} s of them the processor's{_busy()}."


def _busy() -> str:
    """How many programs wanted a processor while all this was measured."""
    if not hasattr(os, "getloadavg"):
        return ""
    return f"; in the five minutes before, {os.getloadavg()[1]:.1f} programs wanted the {os.cpu_count()} processors"


def _write(tables: list[str]) -> None:
    head, _, _ = RESULTS.read_text(encoding="utf-8").partition("\n## ")
    measured = f"\nMeasured on {date.today().isoformat()}.\n\n"
    before, _, _ = head.partition("\nMeasured on ")
    RESULTS.write_text(before.rstrip() + "\n" + measured + "\n\n".join(tables) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
