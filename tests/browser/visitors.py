"""Somebody at a browser, with the words the stories need."""

import re
from typing import Any

from playwright.sync_api import TimeoutError

from dosar.access.i18n.language_names import LANGUAGE_NAMES
from dosar.cli.demo import demo_password
from tests.telephones import code_now
from tests.waiting import is_soon

PASSWORD = "patru cuvinte fără rost"
"""What the first administrator chooses."""
MOMENT = 30_000
"""The longest a text may take to come up, in ms: on a busy machine a draft is kept late, and is still kept."""
WATCH = """
addEventListener("submit", (event) => { window.isLeaving = !event.defaultPrevented; });
addEventListener("click", ({ target, defaultPrevented }) => {
  const link = target.closest("a[href]");
  const elsewhere = link && !link.download && link.href.split("#")[0] !== location.href.split("#")[0];
  if (elsewhere && !defaultPrevented) window.isLeaving = true;
});
"""
"""A page says as soon as it is left: a new one is not looked for on the old one."""
HAS_COME = """
() => !window.isLeaving && document.readyState === "complete"
  && [...document.querySelectorAll("[data-sheet]")].every((sheet) => "ready" in sheet.dataset)
"""


class Visitor:
    """A browser window and what is done in it."""

    def __init__(self, page: Any, url: str, javascript: bool = True) -> None:
        self.page = page
        self.url = url
        self.javascript = javascript
        page.add_init_script(WATCH)
        self.complaints: list[str] = []
        page.on("console", self._note)
        page.on("pageerror", lambda error: self.complaints.append(f"{page.url}: {error}"))

    def _note(self, said: Any) -> None:
        # a page that was refused is noted by the browser like a missing file
        if said.type in ("error", "warning") and "Failed to load resource" not in said.text:
            self.complaints.append(f"{self.page.url}: {said.text}")

    # --- coming and going ----------------------------------------------------------------------

    def another_tab(self) -> "Visitor":
        """A second tab of the same browser."""
        return Visitor(self.page.context.new_page(), self.url, self.javascript)

    def open(self, address: str) -> None:
        self.page.goto(f"{self.url}{address}")
        if self.javascript and not self.page.evaluate(HAS_COME):  # mostly it has; looking again and again costs more
            self.arrive()

    def arrive(self) -> None:
        """Wait until the page has come, and what makes a sheet of it."""
        if self.javascript:
            self.page.wait_for_function(HAS_COME)

    def click(self, target: Any) -> None:
        """Click, and wait for the page it leads to, if it leads to one; without scripts it always does."""
        if self.javascript:
            target.click()
            self.arrive()
        else:
            with self.page.expect_navigation():
                target.click()

    def sign_in(self, user_name: str, password: str = "") -> None:
        self.open("/sign-in")
        self.page.fill("[name=user_name]", user_name)
        self.page.fill("[name=password]", password or demo_password(user_name))
        self.page.keyboard.press("Enter")
        self.page.wait_for_url(re.compile(r"^(?!.*sign-in)"))

    def set_up(self, code: str) -> None:
        """Make the organisation of a first day, as its first administrator."""
        self.open("/set-up")
        self.speak("ro")
        self.type(
            code=code,
            organisation="Asociația Prima Zi",
            last_name="Întâi",
            first_name="Ana",
            user_name="ana.intai",
            password=PASSWORD,
            again=PASSWORD,
        )
        self.press("Salvează")
        self.connect_telephone()

    def connect_telephone(self) -> None:
        """Type the key of the page into an app, its code into the page, and go on."""
        key = self.page.locator("code.key").inner_text().replace(" ", "")
        self.page.fill("[name=code]", code_now(key))
        self.enter()
        self.click(self.page.locator(".acts a"))

    def is_locked_out(self) -> bool:
        """Whether the sign-in page comes up, at once or in a moment: a page that hides says so on its way out."""

        def leads_to_sign_in() -> bool:
            self.open("/cases/1")
            return "sign-in" in self.page.url

        return is_soon(leads_to_sign_in)

    @property
    def language(self) -> str:
        return str(self.page.get_attribute("html", "lang"))

    def speak(self, language: str) -> None:
        """Choose the language in the head of the page."""
        if self.language != language:
            self.click(self.page.get_by_role("banner").get_by_role("button", name=LANGUAGE_NAMES[language]))
            self.page.wait_for_selector(f"html[lang={language}]")

    def press(self, button: str) -> None:
        self.click(self.page.get_by_role("button", name=button, exact=True))

    def enter(self) -> None:
        """The Enter key, in the box where one types."""
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")
        self.arrive()

    def follow(self, link: str) -> None:
        self.click(self.page.get_by_role("link", name=link, exact=True).first)

    # --- filling in ----------------------------------------------------------------------------

    def box(self, label: str) -> Any:
        """The box of a question."""
        return self.page.get_by_label(_head(label))

    def group(self, label: str) -> Any:
        """The choices of a question."""
        return self.page.get_by_role("group", name=_head(label))

    def type(self, **boxes: str) -> None:
        """Fill in boxes by the names of their questions; ``risks__0__likelihood`` is one in a row."""
        for name, text in boxes.items():
            box = self.named(name)
            if box.evaluate("box => box.tagName") == "SELECT":
                box.select_option(label=text)
            else:
                box.fill(text)
                box.dispatch_event("change")

    def named(self, name: str) -> Any:
        """The (first) box posted under this name."""
        return self.page.locator(f"[name='{name.replace('__', '.')}']:not([type=hidden])").first

    def typed(self, name: str) -> str:
        """What stands in a box."""
        return str(self.named(name).input_value())

    def tick(self, label: str, *choices: str) -> None:
        for choice in choices:
            self.group(label).get_by_label(choice, exact=True).check()

    def pick(self, label: str, record: str) -> None:
        """Choose the record a question points to, on the page that searches for it."""
        self.click(self.page.get_by_role("button", name=re.compile(rf"^\S+ – {re.escape(label)}$")))
        self.press(record)

    # --- reading -------------------------------------------------------------------------------

    def answer(self, label: str) -> str:
        """The answer on the page of a kept sheet."""
        question = self.page.locator("div.answer").filter(
            has=self.page.locator("dt", has_text=re.compile(rf"^(\S+ )?{re.escape(label)}$"))
        )
        return str(question.locator("dd").first.inner_text())

    def sees(self, text: str) -> bool:
        """Whether the text comes up, at once or in a moment."""
        try:
            self.page.get_by_text(text).filter(visible=True).first.wait_for(timeout=MOMENT)
        except TimeoutError:
            return False
        return True

    def misses(self, text: str) -> bool:
        """Whether the text is not, or no longer, there to see."""
        shown = self.page.get_by_text(text).filter(visible=True)
        try:
            shown.first.wait_for(state="detached", timeout=MOMENT)
        except TimeoutError:
            return False
        return True

    def reckoned(self, question: str) -> Any:
        """What stands as a computed answer, for ``expect``."""
        return self.page.locator(f"[data-question='{question}'] output.computed")

    @property
    def heading(self) -> str:
        return str(self.page.locator("h1").inner_text())

    @property
    def notice(self) -> str:
        """What the page has to say about what was just done."""
        return str(self.page.locator(".notice p").first.inner_text())

    @property
    def rows(self) -> list[list[str]]:
        """The lines of a list."""
        rows: list[list[str]] = self.page.locator("table.list tbody tr").evaluate_all(
            "rows => rows.map(row => [...row.cells].map(cell => cell.textContent.trim()))"
        )
        return rows


def _head(label: str) -> re.Pattern[str]:
    return re.compile(rf"^(\d\S* )?{re.escape(label)}( \([^)]+\))?$")
