"""The folder without Python: what goes in, and what is handed on of it. That it runs, a browser tries."""

import os
import re
import shutil
import subprocess
import tomllib
from importlib.metadata import Distribution
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

from PIL import Image

from dosar.language.text.catalogs import compile_catalogs
from tools.package.archive import LIST_NAME, write_archive, write_list
from tools.package.contents import EXTRAS, LEFT_OUT, OPTIONAL, imported_inside, languages_of, modules_of, unwanted
from tools.package.icons import DRAWING, draw_icon, write_icons
from tools.package.licences import write_licences
from tools.package.version_resource import version_resource

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "app/dosar"
MOMENT = 1_790_000_000


def test_every_module_goes_in_also_those_found_by_walking() -> None:
    modules = set(modules_of(PACKAGE))
    assert {"dosar", "dosar.pages.health", "dosar.fields.months", "dosar.desktop.window"} <= modules
    assert not any(".versions." in module for module in modules), "Alembic reads these as files"


def test_nothing_that_the_code_names_is_left_out() -> None:
    named = imported_inside(PACKAGE)
    assert {"flask", "sqlcipher3"} <= named
    assert named & set(LEFT_OUT) <= {"psycopg"} and named & set(OPTIONAL)


def test_of_other_languages_only_names_are_needed() -> None:
    languages = languages_of(ROOT / "translations")
    assert languages >= {"en", "ro"}
    kept = {
        name
        for name in ("root", "en", "ro_MD", "uk", "fr_CA")
        if not unwanted(f"babel/locale-data/{name}.dat", languages)
    }
    assert kept == {"root", "en", "ro_MD"} and unwanted("babel\\locale-data\\uk.dat", languages)
    assert not unwanted("dosar/_forms/case.yaml", languages)


def made_folder(place: Path) -> Path:
    folder = place / "Dosar"
    (folder / "_internal/ș").mkdir(parents=True)
    (folder / "dosar").write_text("#!/bin/sh\n")
    (folder / "dosar").chmod(0o755)
    (folder / "_internal/ș/base.txt").write_text("text")
    (folder / "link").symlink_to("dosar")
    write_list(folder)
    return folder


def test_the_same_sentences_are_compiled_to_the_same_file(tmp_path: Path) -> None:
    folder = tmp_path / "ro_MD/LC_MESSAGES"
    folder.mkdir(parents=True)
    shutil.copyfile(ROOT / "translations/ro_MD/LC_MESSAGES/messages.po", folder / "messages.po")
    compile_catalogs(tmp_path)
    assert b"POT-Creation-Date: 2000-01-01" in (folder / "messages.mo").read_bytes()


def test_the_archive_of_the_same_folder_is_the_same(tmp_path: Path) -> None:
    folder = made_folder(tmp_path)
    first = write_archive(folder, tmp_path / "first.zip", MOMENT)
    os.utime(folder / "dosar", (0, 0))
    assert write_archive(folder, tmp_path / "second.zip", MOMENT) == first
    assert (tmp_path / "first.zip.sha256").read_text() == f"{first}  first.zip\n"


def test_what_comes_out_of_the_archive_fits_its_list(tmp_path: Path) -> None:
    write_archive(made_folder(tmp_path), tmp_path / "dosar.zip", MOMENT)
    with ZipFile(tmp_path / "dosar.zip") as archive:
        modes = {entry.filename: entry.external_attr >> 16 for entry in archive.infolist()}
        archive.extractall(tmp_path / "out")
    assert modes["Dosar/dosar"] == 0o100755 and modes["Dosar/link"] == 0o120777
    out = tmp_path / "out/Dosar"
    listed = (out / LIST_NAME).read_text("utf-8")
    assert "_internal/ș/base.txt" in listed and LIST_NAME not in listed
    subprocess.run(["sha256sum", "--check", "--strict", "--quiet", LIST_NAME], cwd=out, check=True)


def test_each_system_has_its_icon(tmp_path: Path) -> None:
    write_icons(tmp_path)
    with Image.open(tmp_path / "dosar.ico") as windows, Image.open(tmp_path / "dosar.icns") as macos:
        assert {(16, 16), (32, 32), (48, 48), (256, 256)} <= windows.info["sizes"] and macos.format == "ICNS"
    with Image.open(PACKAGE / "desktop/dosar.png") as shown:
        assert shown.tobytes() == Image.open(BytesIO(draw_icon(64))).tobytes(), f"draw it anew from {DRAWING}"


def test_every_library_that_is_handed_on_brings_its_licence(tmp_path: Path) -> None:
    """As the wheel of this checkout would ask for them."""
    said = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = {extra: said["optional-dependencies"][extra] for extra in EXTRAS}
    asked = [*said["dependencies"], *(f'{one}; extra == "{extra}"' for extra, ones in extras.items() for one in ones)]
    info = tmp_path / "dosar-0.0.0.dist-info"
    info.mkdir()
    lines = ["Metadata-Version: 2.4", "Name: dosar", "Version: 0.0.0", "License-Expression: Apache-2.0"]
    (info / "METADATA").write_text("\n".join([*lines, *(f"Requires-Dist: {one}" for one in asked)]), "utf-8")
    assert write_licences(Distribution.at(info), tmp_path / "licences") == []
    brought = {
        folder.name.rpartition("-")[0].lower() for folder in (tmp_path / "licences").iterdir() if folder.is_dir()
    }
    assert {"dosar", "flask", "sqlcipher3", "typst", "werkzeug", "keyring", "python-stdnum"} <= brought
    assert not {"pytest", "psycopg"} & brought


def test_windows_gets_a_version_of_four_numbers() -> None:
    resource = version_resource("0.3.1")
    assert "filevers=(0, 3, 1, 0)" in resource and "StringStruct('FileVersion', '0.3.1')" in resource
    assert "filevers=(1, 0, 0, 0)" in version_resource("1.0rc1")
    compile(resource, "version.txt", "eval")


def test_the_installer_asks_for_no_administrator_and_keeps_the_data() -> None:
    script = (ROOT / "app/tools/package/windows/dosar.iss").read_text("utf-8-sig")
    sections = dict(re.findall(r"^\[(\w+)\]\n(.*?)(?=^\[|\Z)", script, re.MULTILINE | re.DOTALL))
    assert "PrivilegesRequired=lowest" in sections["Setup"]
    assert "[UninstallDelete]" not in script, "the data are nobody's to delete but the organisation's"
    named = set(re.findall(r"\{cm:(\w+)", script)) | set(re.findall(r"CustomMessage\('(\w+)'", script))
    messages = re.findall(r"^(\w+)\.(\w+)=(.+)$", sections["CustomMessages"], re.MULTILINE)
    languages = set(re.findall(r'^Name: "(\w+)"; MessagesFile', sections["Languages"], re.MULTILINE))
    ours = {name for _, name, _ in messages}
    assert languages == {"ro", "en"} and {(one, name) for one, name, _ in messages} == {
        (one, name) for one in languages for name in ours
    }
    assert named <= ours | {"CreateDesktopIcon", "LaunchProgram", "AdditionalIcons"}
    tasks = set(re.findall(r"Tasks: (\w+)", script))
    assert tasks <= set(re.findall(r'^Name: "(\w+)"; Description', sections["Tasks"], re.MULTILINE))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    assert project["project"]["gui-scripts"] == {"dosar-desktop": "dosar.desktop.entry:run"}
