"""Try what ``app/docs/hosting`` promises, on a machine that reaches Debian's packages and Python's and no registry of
images: ``python -m tools.try_hosting [FOLDER]``, as root.

The Dockerfile is built on a Debian made here, and what came of it is run as the compose file runs it: without root,
without a right to anything, on a file system that cannot be written. Then a systemd of its own starts the unit, and the
same work is done within what the unit allows: files cleaned, a paper set, a key derived. What was seen is printed. It
takes five minutes and three gigabytes in FOLDER; a second time the Debian that is there is taken. It needs mmdebstrap,
buildah, runc and systemd-container.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parents[2]
HOSTING = ROOT / "app/docs/hosting"
NEEDED = ("mmdebstrap", "buildah", "runc", "systemd-nspawn")
DEBIANS = {(3, 11): "bookworm", (3, 13): "trixie"}
"""Which Debian has the Python of this clone, for which pip fetches the libraries."""
PACKAGES = "systemd,dbus,sudo,python3,python3-venv,ca-certificates"
ACCOUNT = 10001
ASK = """
from urllib.request import urlopen
for path in ("health", "ready"):
    with urlopen(f"http://127.0.0.1:8080/{path}", timeout=4) as answer:
        print(path, answer.status)
"""
WORK = """
import io, pikepdf, typst
from PIL import Image
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from dosar.cleaning.pdf_documents import clean_pdf
from dosar.cleaning.pictures import clean_image
from dosar.cleaning.separate_process import clean_apart

def refused(what, act):
    try:
        act()
    except OSError as error:
        print(what, "refused:", error.strerror)
    else:
        raise SystemExit(f"{what} was let through")

if __name__ == "__main__":
    photo, paper = io.BytesIO(), io.BytesIO()
    Image.effect_noise((1600, 1200), 50).convert("RGB").save(photo, "JPEG")
    document = pikepdf.new()
    document.add_blank_page()
    document.save(paper)
    print("picture cleaned:", len(clean_apart(clean_image, photo.getvalue())), "bytes")
    print("document cleaned:", len(clean_apart(clean_pdf, paper.getvalue())), "bytes")
    print("paper set:", len(typst.compile(b"= Salut")), "bytes")
    Argon2id(salt=b"0" * 16, length=32, iterations=3, lanes=4, memory_cost=262144).derive(b"x")
    refused("writing beside its folders", lambda: open("/usr/x", "w"))
"""
TRIAL = """
for second in $(seq 30); do sleep 1; /opt/dosar/bin/python -c "$ASK" 2>/dev/null && break; done
grep -E 'CapEff|NoNewPrivs|Seccomp:' /proc/$(systemctl show --property MainPID --value dosar)/status
dosar check
systemctl start work || echo "the work was refused"
systemctl stop dosar && systemctl show --property Result dosar
"""
TRIAL_UNIT = """[Unit]
After=dosar.service
[Service]
Type=oneshot
StandardOutput=append:/trial.log
StandardError=append:/trial.log
ExecStart=/bin/sh /trial.sh
ExecStopPost=/bin/systemctl poweroff --force
[Install]
WantedBy=default.target
"""


def main() -> int:
    """Try it; 0 where it does all that it should, 1 where it does not, 77 where it cannot be tried here."""
    lacking = [program for program in NEEDED if not shutil.which(program)]
    if lacking or os.getuid() != 0 or sys.version_info[:2] not in DEBIANS:
        why = ", ".join(lacking) or "root, and the Python of a Debian"
        print(f"Not tried: it needs {why}.", file=sys.stderr)
        return 77
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else tempfile.mkdtemp(prefix="dosar-hosting-"))
    folder.mkdir(parents=True, exist_ok=True)
    base = make_base(folder)
    buildah = Buildah(folder)
    container = buildah.built(base)
    try:
        said = [run_container(folder, container), boot_unit(folder, base, container)]
    finally:
        buildah("rm", "--all")
    for told in said:
        print(told)
    wanted = ("ready 200", "CapEff:\t0000000000000000", "NoNewPrivs:\t1")
    whole = (
        all(word in told for told in said for word in wanted) and "Seccomp:\t2" in said[1] and "paper set" in said[1]
    )
    print("It does all that it should." if whole else "It does not do all that it should.")
    return 0 if whole else 1


def call(*command: str | Path) -> str:
    """What a command printed; its failure is told and ends the trial."""
    done = subprocess.run([str(word) for word in command], text=True, capture_output=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(map(str, command))}\n{done.stdout}{done.stderr}")
    return done.stdout


def timed(what: str, act: Callable[[], str | None]) -> str | None:
    """Do it, and tell how long it took."""
    begun = time.monotonic()
    done = act()
    print(f"{what}: {time.monotonic() - begun:.0f} s", file=sys.stderr)
    return done


def make_base(folder: Path) -> Path:
    """A Debian with Python, and the libraries that the Dockerfile installs, each as PyPI has it."""
    base, suite = folder / "base", DEBIANS[sys.version_info[0], sys.version_info[1]]
    if not base.exists():
        options = ("--variant=minbase", f"--include={PACKAGES}")
        timed("a Debian", lambda: call("mmdebstrap", *options, suite, base))
    wheels = base / "wheels"
    download = (sys.executable, "-m", "pip", "download", "--quiet", "--dest", wheels)
    call(*download, "--no-deps", "--requirement", ROOT / ".ci/requirements.txt")
    call(*download, "hatchling", "babel~=2.18")
    return base


class Buildah:
    """Images in a folder of their own."""

    def __init__(self, folder: Path) -> None:
        self._command = ("buildah", "--root", folder / "images", "--runroot", folder / "run")

    def __call__(self, *words: str | Path) -> str:
        return call(*self._command, *words).strip()

    def built(self, base: Path) -> Path:
        """The file system of the image that the Dockerfile makes."""
        scratch = self("from", "scratch")
        self("add", "--quiet", scratch, base, "/")
        self("config", "--env", "PIP_NO_INDEX=1", "--env", "PIP_FIND_LINKS=/wheels", scratch)
        self("commit", "--quiet", scratch, "localhost/base")
        build = ("bud", "--format", "docker", "--isolation", "chroot", "--layers=false", "--build-arg")
        files = ("--file", HOSTING / "Dockerfile", "--ignorefile", HOSTING / "Dockerfile.dockerignore")
        words = (*build, "PYTHON=localhost/base", *files, "--tag", "localhost/dosar", ROOT)
        timed("the image", lambda: self(*words))
        return Path(self("mount", self("from", "localhost/dosar")))


def run_container(folder: Path, container: Path) -> str:
    """The image as the compose file runs it; what it said of itself."""
    bundle = folder / "bundle"
    shutil.rmtree(bundle, ignore_errors=True)
    for kept in ("data", "key"):
        (bundle / kept).mkdir(parents=True, mode=0o700)
        os.chown(bundle / kept, ACCOUNT, ACCOUNT)
    call("runc", "spec", "--bundle", bundle)
    spec = json.loads((bundle / "config.json").read_text(encoding="utf-8"))
    spec["root"] = {"path": str(container), "readonly": True}
    spec["process"] |= {
        "terminal": False,
        "user": {"uid": ACCOUNT, "gid": ACCOUNT},
        "args": ["/opt/dosar/bin/dosar", "start"],
        "env": ["PATH=/usr/bin:/bin", *_variables()],
        "cwd": "/tmp",  # noqa: S108 - of the container
        "capabilities": {},
        "noNewPrivileges": True,
    }
    spec["mounts"] += [
        {"destination": "/tmp", "type": "tmpfs", "source": "tmpfs", "options": ["noexec", "nosuid", "mode=1777"]},  # noqa: S108
        _bound(bundle / "data", "/var/lib/dosar/data", "rw"),
        _bound(bundle / "key", "/etc/dosar", "rw"),
        _bound(ROOT / "forms", "/forms", "ro"),
    ]
    (bundle / "config.json").write_text(json.dumps(spec), encoding="utf-8")
    runc, name = ("runc", "--root", str(folder / "runc")), f"dosar-{os.getpid()}"
    running = subprocess.Popen([*runc, "run", "--bundle", str(bundle), name], stdout=subprocess.DEVNULL)
    try:
        return _asked((*runc, "exec", name))
    finally:
        subprocess.run([*runc, "kill", name, "INT"], check=False)
        print("the container ended with", running.wait(30), file=sys.stderr)


def _variables() -> list[str]:
    text = re.sub(r" *\\\n *", " ", (HOSTING / "Dockerfile").read_text(encoding="utf-8"))
    return " ".join(re.findall(r"^ENV (.*)$", text, re.MULTILINE)).split()


def _bound(source: Path, target: str, how: str) -> dict[str, object]:
    return {"destination": target, "type": "bind", "source": str(source), "options": ["bind", how]}


def _asked(inside: tuple[str, ...]) -> str:
    """What it answers, once it does, and what its process may."""
    for _ in range(60):
        ask = [*inside, "/opt/dosar/bin/python", "-I", "-c", ASK]
        done = subprocess.run(ask, text=True, capture_output=True, check=False)
        if done.returncode == 0:
            return done.stdout + call(*inside, "grep", "-E", "CapEff|NoNewPrivs", "/proc/1/status")
        time.sleep(0.5)
    return done.stderr


def boot_unit(folder: Path, base: Path, container: Path) -> str:
    """The unit under a systemd of its own, set up as Operations says; what was seen."""
    computer = folder / "computer"
    shutil.rmtree(computer, ignore_errors=True)
    call("cp", "-a", base, computer)
    call("cp", "-a", container / "opt/dosar", computer / "opt/dosar")
    account = ("--system", "--create-home", "--home-dir", "/var/lib/dosar", "--shell", "/usr/sbin/nologin", "dosar")
    call("chroot", computer, "useradd", *account)
    call("chroot", computer, "install", "-d", "-m", "700", "-o", "dosar", "/etc/dosar", "/var/lib/dosar/data")
    call("cp", "-r", ROOT / "forms", HOSTING / "dosar.toml", computer / "etc/dosar")
    call("chroot", computer, "chown", "-R", "dosar:", "/etc/dosar")
    call("install", "-m", "755", HOSTING / "dosar", computer / "usr/local/bin/dosar")
    unit = (HOSTING / "dosar.service").read_text(encoding="utf-8")
    work = re.sub(r"(?m)^(ExecStart|Restart|SuccessExit).*\n", "", unit).replace(
        "[Service]",
        "[Service]\nType=oneshot\nExecStart=/opt/dosar/bin/python /work.py\n"
        "StandardOutput=append:/trial.log\nStandardError=append:/trial.log",
    )
    units = {"dosar": unit, "work": work, "trial": TRIAL_UNIT}
    for name, words in units.items():
        (computer / f"etc/systemd/system/{name}.service").write_text(words, encoding="utf-8")
    (computer / "work.py").write_text(WORK, encoding="utf-8")
    (computer / "trial.sh").write_text(f"export ASK='{ASK}'\n{TRIAL}", encoding="utf-8")
    call("chroot", computer, "systemctl", "enable", "dosar", "trial")
    boot = ("--register=no", "--keep-unit", "--private-network", "--console=pipe", "--boot")
    timed("the unit", lambda: _boot(["systemd-nspawn", "--quiet", f"--directory={computer}", *boot]))
    return (computer / "trial.log").read_text(encoding="utf-8")


def _boot(command: list[str]) -> None:
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=180, check=False)


if __name__ == "__main__":
    sys.exit(main())
