"""The rules of a form say in the browser what they say on the server."""

import json
from pathlib import Path

from dosar.language.rules.expressions import Expression
from tests.browser.scripts import empty_page

ROOT = Path(__file__).parents[2]
VECTORS = json.loads((ROOT / "tests/language/expressions.json").read_text(encoding="utf-8"))
RULES = [vector for vector in VECTORS if "refused" not in vector]

ALL_VALUES = """
async (rules) => {
  const { value } = await import("/js/expressions.js");
  return rules.map((rule) => value(rule.tree, rule.answers, rule.today));
}
"""


def test_every_rule_says_the_same_in_the_browser(browser):
    asked = [{**rule, "tree": Expression(rule["text"]).tree} for rule in RULES]

    with empty_page(browser) as page:
        said = page.evaluate(ALL_VALUES, asked)

    different = [
        (rule["text"], rule["answers"], rule["value"], answer)
        for rule, answer in zip(RULES, said, strict=True)
        if answer != rule["value"] or isinstance(answer, bool) != isinstance(rule["value"], bool)
    ]
    assert different == []
