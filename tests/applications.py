"""Applications as the tests open them: passwords are hashed fast, and templates compiled once in a process."""

from datetime import date
from pathlib import Path

from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket

from dosar import shipped_folder
from dosar.cli.runtime import open_app
from dosar.language.load.finding import Finding
from dosar.long_work.progress import Progress, keep_silent
from tests.findings import of_two_languages

FAST_HASH = "scrypt:1024:8:1"


def opened_app(
    data: Path,
    key: bytes | None = None,
    url: str | None = None,
    forms: Path | None = None,
    demo: bool = False,
    today: date | None = None,
    tell: Progress = keep_silent,
) -> tuple[Flask, list[Finding]]:
    """The application on these data, and what is wrong in its forms; these are the shipped ones if none are named."""
    app, findings = open_app(
        data,
        forms or shipped_folder("forms"),
        key,
        url,
        demo=demo,
        today=today,
        tell=tell,
        TESTING=True,
        FAB_PASSWORD_HASH_METHOD=FAST_HASH,
    )
    return compiled_once(app), of_two_languages(findings)


class _CompiledTemplates(BytecodeCache):
    """What Jinja made of each template, by its name and its text."""

    def __init__(self) -> None:
        self._code: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Take what was made of the same text before."""
        code = self._code.get(bucket.key + bucket.checksum)
        if code is not None:
            bucket.bytecode_from_string(code)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what was made of it."""
        self._code[bucket.key + bucket.checksum] = bucket.bytecode_to_string()


_COMPILED = _CompiledTemplates()


def compiled_once(app: Flask) -> Flask:
    """The application, which takes its templates from where others have had them compiled."""
    app.jinja_env.bytecode_cache = _COMPILED
    return app
