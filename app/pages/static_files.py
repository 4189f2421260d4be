"""Addresses of styles and scripts that change when the file does, so that browsers may keep them."""

from hashlib import sha256
from pathlib import Path

from flask import Flask


def version_static_files(app: Flask) -> None:
    """Offer ``asset("css/dosar.css")`` to the templates."""
    folder = Path(str(app.static_folder))
    digests = {
        path.relative_to(folder).as_posix(): sha256(path.read_bytes()).hexdigest()[:10]
        for path in folder.rglob("*") if path.is_file()
    }

    def asset(name: str) -> str:
        return f"/static/{name}?v={digests[name]}"

    app.jinja_env.globals["asset"] = asset
