"""How Dosar came into the Python that runs it: with which program, and from where."""

import json
import re
import shutil
import sys
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal
from urllib.parse import unquote, urlsplit

WINDOWS_DRIVE = re.compile(r"^/(?=[A-Za-z]:)")
"""What stands before the drive in the address of a file: ``file:///C:/dosar``."""

Installer = Literal["pip", "uv", "pipx", "uv tool"]
SourceKind = Literal["index", "folder", "editable", "file", "address"]


@dataclass(frozen=True)
class PipFacts:
    """What a line that updates it has to name."""

    installer: Installer
    python: str
    command: str
    """What starts Dosar where it is typed."""
    kind: SourceKind = "index"
    source: str = ""
    """The folder, file or address it was installed from; nothing for the index that pip asks by itself."""
    version: str = ""


def pip_facts() -> PipFacts:
    """Of this program."""
    from importlib.metadata import distribution

    found = distribution("dosar")
    kind, source = source_of(found.read_text("direct_url.json"))
    return PipFacts(_installer(Path(sys.prefix)), sys.executable, _command(), kind, source, found.version)


def source_of(told: str | None) -> tuple[SourceKind, str]:
    """What the installer wrote down of where it took it from (PEP 610); whatever cannot be read says nothing."""
    with suppress(ValueError, TypeError, AttributeError, KeyError):
        return _source_in(json.loads(told or ""))
    return "index", ""


def _source_in(told: dict[str, Any]) -> tuple[SourceKind, str]:
    address = urlsplit(str(told["url"]))
    if "vcs_info" in told:
        revision = told["vcs_info"].get("requested_revision")
        return "address", f"{told['vcs_info']['vcs']}+{address.geturl()}{f'@{revision}' if revision else ''}"
    if not address.scheme:
        raise ValueError(address)
    if address.scheme != "file":
        return "address", address.geturl()
    server = f"//{address.netloc}" if address.netloc not in ("", "localhost") else ""
    place = str(Path(server + WINDOWS_DRIVE.sub("", unquote(address.path))))
    if "dir_info" not in told:
        return "file", place
    return "editable" if told["dir_info"].get("editable") else "folder", place


def _installer(prefix: Path) -> Installer:
    if (prefix / "pipx_metadata.json").is_file():
        return "pipx"
    if (prefix / "uv-receipt.toml").is_file():
        return "uv tool"
    return "pip" if find_spec("pip") else "uv"


def _command() -> str:
    """``dosar`` where whoever types it gets this one; else its path."""
    own, typed = shutil.which("dosar", path=str(Path(sys.executable).parent)), shutil.which("dosar")
    if own is None or (typed is not None and Path(typed).resolve() == Path(own).resolve()):
        return "dosar"
    return own
