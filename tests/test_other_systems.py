"""What only some computers have, nothing of Dosar asks for when it is imported: neither Windows without the modules and
signals of Unix, nor a program that was installed without an extra."""

import os
import subprocess
import sys

WITHOUT = """
import builtins, os, pkgutil, signal, socket, sys

MISSING = {"fcntl", "grp", "posix", "pty", "pwd", "resource", "syslog", "termios", "tty"}
# by Alembic, where there are places for back-ups, and once a server is asked
READ_WHEN_ASKED_FOR = ("dosar.access.migrations.", "dosar.backups.places.", "dosar.network.connections")
EXTRAS = {"keyring", "obstore", "psycopg", "truststore", "webauthn"}
of_unix = {
    os: "chown chroot fchown fork forkpty getegid geteuid getgid getgroups getloadavg getpgid getuid killpg "
    "lchown mkfifo nice openpty posix_fadvise pread pwrite sched_getaffinity sendfile setgid setsid setuid statvfs "
    "sysconf tcgetpgrp ttyname uname wait waitpid O_CLOEXEC O_DIRECTORY O_NOFOLLOW O_NONBLOCK WNOHANG EX_OK",
    signal: "SIGALRM SIGCHLD SIGCONT SIGHUP SIGKILL SIGPIPE SIGQUIT SIGUSR1 SIGUSR2 alarm pthread_sigmask setitimer",
    socket: "AF_UNIX",
}
Module, import_anything = type(os), builtins.__import__

def of_ours(frame):
    return frame.f_globals.get("__name__", "").split(".")[0] == "dosar"

def import_what_is_there(name, values=None, *others):
    if (values or {}).get("__name__", "").startswith("dosar") and name.split(".")[0] in MISSING | EXTRAS:
        raise ModuleNotFoundError(name)
    return import_anything(name, values, *others)

class Lacking(Module):
    \"\"\"A module which, asked by Dosar, has nothing of Unix.\"\"\"
    def __getattribute__(self, name):
        if name in lacking[Module.__getattribute__(self, "__name__")] and of_ours(sys._getframe(1)):
            raise AttributeError(name)
        return super().__getattribute__(name)

lacking = {module.__name__: set(names.split()) for module, names in of_unix.items()}
for module in of_unix:
    module.__class__ = Lacking
builtins.__import__ = import_what_is_there

import dosar
for found in pkgutil.walk_packages(dosar.__path__, "dosar."):
    if not found.name.startswith(READ_WHEN_ASKED_FOR):
        __import__(found.name)
print(len(sys.modules))
"""


def said(program: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", program, *arguments],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), **environment},
        capture_output=True,
        text=True,
    )


def test_everything_can_be_imported_without_what_windows_lacks_and_without_extras() -> None:
    imported = said(WITHOUT)
    assert imported.returncode == 0 and int(imported.stdout) > 500, imported.stderr


def test_without_the_driver_a_postgresql_database_is_refused_with_the_remedy() -> None:
    program = "import sys; sys.modules['psycopg'] = None; from dosar.cli.main import main; sys.exit(main())"
    refused = said(program, "check", DATABASE_URL="postgresql://dosar@127.0.0.1/dosar", LC_ALL="C", LANG="")
    assert refused.returncode == 2 and "pip install 'dosar[postgresql]'" in refused.stderr, refused
    assert "Traceback" not in refused.stderr
