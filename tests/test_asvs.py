"""The table of the ASVS leaves no requirement out, and every test that it names is there."""

import re

from tests.test_docs import DOCS, PATH, ROOT

LEVELS = """
1.1:22 1.2:1111122223 1.3:112222222223 1.4:222 1.5:123 2.1:122 2.2:112 2.3:12223 2.4:23 3.1:3 3.2:113 3.3:12223
3.4:11222233 3.5:11122333 3.6:3 3.7:22333 4.1:12233 4.2:23333 4.3:22 4.4:1222 5.1:2 5.2:112333 5.3:113 5.4:222 6.1:122
6.2:111111112222 6.3:11223333 6.4:112233 6.5:22222333 6.6:2223 6.7:33 6.8:2222 7.1:222 7.2:1111 7.3:22 7.4:11222
7.5:223 7.6:22 8.1:1233 8.2:1123 8.3:133 8.4:23 9.1:111 9.2:1222 10.1:22 10.2:223 10.3:22223 10.4:1111122222233333
10.5:22222 10.6:22 10.7:222 11.1:2233 11.2:22233 11.3:11233 11.4:1222 11.5:23 11.6:23 11.7:33 12.1:12233 12.2:11
12.3:22223 13.1:2333 13.2:222223 13.3:2233 13.4:1222233 14.1:22 14.2:12223333 14.3:122 15.1:12233 15.2:12233
15.3:1222222 15.4:3333 16.1:2 16.2:22222 16.3:2222 16.4:222 16.5:2223 17.1:23 17.2:22223333 17.3:22
"""
"""Section → the level of each of its requirements, as ASVS 5.0.0 has them."""
OF_LEVEL_3 = ["6.3.5", "6.3.7", "6.3.8", "6.4.6", "7.5.3", "14.2.6", "14.2.7", "14.2.8", "1.2.10", "5.2.6", "11.3.4"]
"""Those of level 3 that matter most to people whose names must not be found."""
ROW = re.compile(r"^\| ([\d., ]+) \| (.+) \| (.+) \|$", re.MULTILINE)
REASON = re.compile(r"\*(open|does not apply|by how it is made)\*: .")
CASES = re.compile(r"`(tests/\w+\.py)::\w+` \(((?:`[^`]+`(?:, )?)+)")
"""A test, and in brackets which of its rules or cases."""
PAGE = (DOCS / "asvs.md").read_text(encoding="utf-8")


def asked() -> dict[str, int]:
    """Every requirement and its level."""
    return {
        f"{section}.{number}": int(level)
        for section, levels in (part.split(":") for part in LEVELS.split())
        for number, level in enumerate(levels, 1)
    }


def test_no_requirement_is_left_out() -> None:
    levels = asked()
    assert [sum(level == wanted for level in levels.values()) for wanted in (1, 2, 3)] == [70, 183, 92]
    told = [number for numbers, _, _ in ROW.findall(PAGE) for number in numbers.split(", ")]
    assert len(told) == len(set(told))
    assert set(told) == {number for number, level in levels.items() if level < 3} | set(OF_LEVEL_3)


def test_each_has_a_test_that_is_there_or_a_reason() -> None:
    rows = ROW.findall(PAGE.partition("## What there is none of")[0])
    assert [number for number, _, held in rows if not PATH.search(held) and not REASON.match(held)] == []
    named = [(number, path, test) for number, _, held in rows for path, test in PATH.findall(held) if test]
    missing = [found for found in named if f"def {found[2]}(" not in (ROOT / found[1]).read_text(encoding="utf-8")]
    assert named and missing == []


def test_each_rule_or_case_in_brackets_is_one_of_its_test() -> None:
    named = [(path, name) for path, names in CASES.findall(PAGE) for name in re.findall(r"`([^`]+)`", names)]
    missing = [(path, name) for path, name in named if name not in (ROOT / path).read_text(encoding="utf-8")]
    assert len(named) > 10 and missing == []


def test_what_is_open_is_said_plainly() -> None:
    assert 0 < PAGE.count("*open*:") + PAGE.count("*open in part*:") < 40
