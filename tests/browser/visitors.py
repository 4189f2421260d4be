"""Somebody at a browser, with the words the stories need."""

import re
from typing import Any

from app.demo import password_of

NAMES = {"ro": "Română", "en": "English"}


class Visitor:
    """A browser window and what is done in it."""

    def __init__(self, page: Any, url: str) -> None:
        self.page = page
        self.url = url
        self.complaints: list[str] = []
        page.on("console", self._note)
        page.on("pageerror", lambda error: self.complaints.append(f"{page.url}: {error}"))

    def _note(self, said: Any) -> None:
        # a page that was refused is noted by the browser like a missing file
        if said.type in ("error", "warning") and "Failed to load resource" not in said.text:
            self.complaints.append(f"{self.page.url}: {said.text}")

    def open(self, address: str) -> None:
        self.page.goto(f"{self.url}{address}")

    def sign_in(self, user_name: str, password: str = "") -> None:
        self.open("/sign-in")
        self.page.fill("[name=user_name]", user_name)
        self.page.fill("[name=password]", password or password_of(user_name))
        self.page.keyboard.press("Enter")
        self.page.wait_for_url(re.compile(r"^(?!.*sign-in)"))

    @property
    def language(self) -> str:
        return str(self.page.get_attribute("html", "lang"))

    def speak(self, language: str) -> None:
        """Choose the language in the head of the page."""
        if self.language != language:
            self.page.get_by_role("banner").get_by_role("button", name=NAMES[language]).click()
            self.page.wait_for_selector(f"html[lang={language}]")
