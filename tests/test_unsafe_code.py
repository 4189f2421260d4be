"""What must not stand in the code, whoever writes it: each rule with its reason, what it catches and what it lets pass.

ruff's rules ``S`` look for what is unsafe in any program (shells, pickle, SQL made of text, ``Markup``, weak hashes,
errors passed over); ``tests/test_layers.py`` for who goes past the session, the permission layer or the organisation's
clock. These rules are about this program: secrets, typed text, files of survivors, and that Dosar asks nobody else.
"""

import ast
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise

import pytest

from tests.sources import APP, Syntax, file_names, nodes_of

TEMPLATES = {str(file.relative_to(APP)): file.read_text("utf-8") for file in sorted(APP.rglob("*.html"))}
SCRIPTS = {str(file.relative_to(APP)): file.read_text("utf-8") for file in sorted(APP.rglob("*.js"))}
FILES = Syntax(file_names())
SENT = re.compile(r"\brequest\.(args|form|values|cookies|headers|files|json|data|referrer|get_data|stream)\b")
"""What a browser sends and anybody can make up. The path of a request is not: a route has matched it."""
SECRET = re.compile(
    r"(^|_)(token|mac|hmac|signature|secret|digest|passphrase|master_key|\w+_key_bytes)$", re.IGNORECASE
)
NETWORK = {
    "aiohttp",
    "ftplib",
    "http.client",
    "httpx",
    "obstore",
    "requests",
    "smtplib",
    "socket",
    "ssl",
    "truststore",
    "urllib.request",
    "urllib3",
}
XML = {"defusedxml", "lxml", "xml"}
WRITES = {
    *("write_bytes", "write_text", "mkstemp", "mkdtemp"),
    *("NamedTemporaryFile", "SpooledTemporaryFile", "TemporaryDirectory", "TemporaryFile"),
}
HANDLES_WORDS = ("cleaning/", "exchange/", "fields/", "filing/", "pages/", "records/")
"""Where answers and files of survivors are at hand."""

Finds = Callable[[str, ast.AST], bool]


@dataclass(frozen=True)
class Rule:
    """What is looked for in every piece of a file's syntax, and why."""

    id: str
    why: str
    finds: Finds
    bad: tuple[str, ...]
    good: tuple[str, ...]
    allowed: Mapping[str, str] = field(default_factory=dict)
    """The files that may, and why these."""
    of: str = "pages/example.py"
    """The file its examples stand in."""

    def __str__(self) -> str:
        return self.id


@dataclass(frozen=True)
class TextRule:
    """What is looked for in the text of templates or scripts."""

    id: str
    why: str
    pattern: re.Pattern[str]
    bad: tuple[str, ...]
    good: tuple[str, ...]
    allowed: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.id


def called(node: ast.AST) -> str:
    """``a.b.c`` of the call ``a.b.c(…)``; nothing for what is no call."""
    return ast.unparse(node.func) if isinstance(node, ast.Call) else ""


def last_called(node: ast.AST) -> str:
    return called(node).rpartition(".")[2]


def calls_of(name: str, function: ast.AST) -> Iterator[ast.Call]:
    """The calls of a function or method of this name in another one."""
    for node in ast.walk(function):
        if isinstance(node, ast.Call) and name in (getattr(node.func, "id", ""), getattr(node.func, "attr", "")):
            yield node


def imported(node: ast.AST) -> Iterator[str]:
    """Each module that a line brings in, and each one above it."""
    if isinstance(node, ast.Import):
        names = [alias.name for alias in node.names]
    elif isinstance(node, ast.ImportFrom) and node.module:
        names = [f"{node.module}.{alias.name}" for alias in node.names]
    else:
        return
    for name in names:
        parts = name.split(".")
        yield from (".".join(parts[:length]) for length in range(1, len(parts) + 1))


def imports_any(modules: set[str]) -> Finds:
    return lambda file, node: not modules.isdisjoint(imported(node))


def sent_names(function: ast.AST) -> set[str]:
    """The names in a function that stand for something a browser sent, as it came."""
    return {
        target.id
        for node in ast.walk(function)
        if isinstance(node, ast.Assign) and as_it_came(node.value, set())
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def as_it_came(value: ast.AST, names: set[str]) -> bool:
    """Whether this is what a browser sent (``request.form.get(…)``), not yet judged by any function of ours."""
    return bool(re.match(SENT, ast.unparse(value))) or (isinstance(value, ast.Name) and value.id in names)


def parts_of(argument: ast.AST) -> list[ast.AST]:
    """A text and the pieces it is made of."""
    if isinstance(argument, ast.JoinedStr):
        return [piece.value for piece in argument.values if isinstance(piece, ast.FormattedValue)]
    if isinstance(argument, ast.BoolOp):
        return list(argument.values)
    if isinstance(argument, ast.BinOp):
        return [argument.left, argument.right]
    return [argument]


def given_as_it_came(callee: str) -> Finds:
    """Functions in which ``callee`` is given what a browser sent, as it came."""

    def finds(file: str, node: ast.AST) -> bool:
        if not isinstance(node, ast.FunctionDef):
            return False
        given = [call.args[0] for call in calls_of(callee, node) if call.args]
        names = sent_names(node) if given else set()
        return any(as_it_came(part, names) for argument in given for part in parts_of(argument))

    return finds


def compares_secrets(file: str, node: ast.AST) -> bool:
    """``==`` on a secret takes longer the more of it is right. In a condition of SQL the database compares."""
    if not isinstance(node, ast.Compare) or not any(isinstance(sign, (ast.Eq, ast.NotEq)) for sign in node.ops):
        return False
    sides = [ast.unparse(side) for side in (node.left, *node.comparators)]
    names = [re.sub(r"\(.*\)$", "", side, flags=re.DOTALL).rpartition(".")[2] for side in sides]
    in_sql = any(re.search(r"\b(c|codes)\.\w+$|bindparam", side) for side in sides)
    nothing = any(side in {"''", "None", "0"} for side in sides)
    return not in_sql and not nothing and any(SECRET.search(name) for name in names)


def writes_a_file(file: str, node: ast.AST) -> bool:
    return file.startswith(HANDLES_WORDS) and (called(node) in {"open", "io.open"} or last_called(node) in WRITES)


def says_aloud(file: str, node: ast.AST) -> bool:
    return called(node) in {"print", "pprint", "sys.stdout.write", "sys.stderr.write"} and not file.startswith("cli/")


def logs_more_than_a_name(file: str, node: ast.AST) -> bool:
    """A line of the log that is made of text, or has anything in it but the name of an error, a route or a number."""
    if not isinstance(node, ast.Call) or not re.match(r"(\w+\.)*(log|logger|logging)\.", called(node)):
        return False
    first, *filled = node.args or [ast.Constant("")]
    harmless = r"type\(\w+\)\.__name__|request\.endpoint|place_in_code\(error\)|\w*_id|count|code|\w+_type\.place"
    return not isinstance(first, ast.Constant) or not all(re.fullmatch(harmless, ast.unparse(one)) for one in filled)


def swallows(file: str, node: ast.AST) -> bool:
    """Whoever catches everything must raise, tell, or keep what went wrong."""
    if not isinstance(node, ast.ExceptHandler):
        return False
    broad = node.type is None or any(
        getattr(one, "id", "") in {"Exception", "BaseException"} for one in ast.walk(node.type)
    )
    does_something = any(
        isinstance(inner, (ast.Raise, ast.Call))
        or (node.name and isinstance(inner, ast.Name) and inner.id == node.name)
        for step in node.body
        for inner in ast.walk(step)
    )
    return broad and not does_something


def makes_a_template(file: str, node: ast.AST) -> bool:
    return last_called(node) in {"from_string", "render_template_string", "Template"}


def names_a_template_by_data(file: str, node: ast.AST) -> bool:
    return given_as_it_came("render_template")(file, node)


def sets_an_open_cookie(file: str, node: ast.AST) -> bool:
    if last_called(node) != "set_cookie" or not isinstance(node, ast.Call):
        return False
    said = {word.arg: ast.unparse(word.value) for word in node.keywords}
    named = not node.args or last_called(node.args[0]) not in {"host_cookie", "path_cookie", "_cookie_name"}
    return (
        named
        or said.get("httponly") != "True"
        or said.get("samesite") not in {"'Lax'", "'Strict'"}
        or "secure" not in said
    )


def shows_a_file_as_page(file: str, node: ast.AST) -> bool:
    if last_called(node) not in {"send_file", "send_from_directory"} or not isinstance(node, ast.Call):
        return False
    return all(word.arg != "as_attachment" or ast.unparse(word.value) != "True" for word in node.keywords)


def searches_by_data(file: str, node: ast.AST) -> bool:
    """A pattern made of what somebody typed, unescaped: it finds what it should not, or for ever."""
    if (
        not called(node).startswith("re.")
        or last_called(node) == "escape"
        or not isinstance(node, ast.Call)
        or not node.args
    ):
        return False
    parts = [part for part in parts_of(node.args[0]) if not isinstance(part, ast.Constant)]
    return any(
        re.search(r"\b(text|typed|asked|answer|answers|word|value)\b", ast.unparse(part)) for part in parts
    ) and not all(last_called(part) == "escape" for part in parts)


def reads_yaml_as_objects(file: str, node: ast.AST) -> bool:
    if last_called(node) != "YAML" or not isinstance(node, ast.Call):
        return False
    return {word.arg: ast.unparse(word.value) for word in node.keywords}.get("typ") != "'safe'"


def old_cipher(file: str, node: ast.AST) -> bool:
    return any(
        name.startswith("cryptography.hazmat.primitives.ciphers") and not name.startswith(AEAD)
        for name in imported(node)
        if name.count(".") > CIPHERS.count(".")
    )


CIPHERS = "cryptography.hazmat.primitives.ciphers"
AEAD = f"{CIPHERS}.aead"

RULES = [
    Rule(
        "posted-redirect",
        "who has signed in must not be led to somebody else's copy of the page: local_redirect_url judges it first",
        given_as_it_came("redirect"),
        bad=(
            "def out():\n    return redirect(request.args['next'])",
            "def out():\n    back = request.form.get('next')\n    return redirect(back, 303)",
            "def out():\n    return redirect(request.referrer or '/')",
        ),
        good=(
            "def out():\n    back = local_redirect_url(request.values.get('next'))\n    return redirect(back, 303)",
            "def out():\n    return redirect(url_for('Lists.list', case=request.args.get('case')), 303)",
        ),
    ),
    Rule(
        "posted-number",
        "int() takes thousands of digits, odd digits and minus: parse_record_number and the questions bound them",
        given_as_it_came("int"),
        bad=(
            "def page():\n    return int(request.args['page'])",
            "def page():\n    text = request.form.get('case', '0')\n    return int(text)",
        ),
        good=("def page():\n    return request.args.get('case', type=parse_record_number)",),
    ),
    Rule(
        "compared-secret",
        "== takes longer the more of a secret is right: hmac.compare_digest does not",
        compares_secrets,
        bad=("if token == g.token: pass", "if seal.mac != mac_of(row): pass", "same = secret_digest(word) == kept"),
        good=(
            "compare_digest(token, g.token)",
            "where(tokens.c.token == bindparam('of_token'))",
            "if token == '': pass",
        ),
        allowed={
            "migrations/upgrade.py": "the digest of the form files, which anybody may read",
        },
    ),
    Rule(
        "weak-random",
        "random repeats itself for who has seen some of it: secrets, or SystemRandom where a list is mixed",
        lambda file, node: (
            any(name.startswith("random.") and name != "random.SystemRandom" for name in imported(node))
            or (isinstance(node, ast.Import) and "random" in imported(node))
            or not {"uuid.uuid1", "uuid.getnode"}.isdisjoint(imported(node))
        ),
        bad=("import random", "from random import choice", "from uuid import uuid1"),
        good=("from random import SystemRandom", "from secrets import choice", "from uuid import uuid4"),
        allowed={"records/erasure/anonymisation.py": "names the class; what mixes is SystemRandom"},
    ),
    Rule(
        "written-file",
        "no answer and no file of a survivor lies readable on the disk, not even for a moment",
        writes_a_file,
        bad=("open('/tmp/scan.pdf', 'wb')", "with NamedTemporaryFile() as file: pass", "path.write_bytes(content)"),
        good=("BytesIO(content)", "attachments.keep(content)"),
    ),
    Rule(
        "spoken-aloud",
        "what is printed lands in logs that nobody seals; the commands alone speak to who called them",
        says_aloud,
        bad=("print(answers)", "sys.stderr.write(name)"),
        good=("message.say(language)",),
    ),
    Rule(
        "logged-data",
        "the log of the program is kept by others: it names errors, routes and numbers, never what somebody typed",
        logs_more_than_a_name,
        bad=(
            "log.error(f'{answer} is wrong')",
            "current_app.logger.warning('not saved: %s', answers)",
            "log.info('%s', error)",
        ),
        good=("current_app.logger.error('%s in %s', type(error).__name__, request.endpoint)", "log.info('sealed')"),
    ),
    Rule(
        "swallowed-error",
        "an error that nobody hears of loses what was typed, or lets somebody in",
        swallows,
        bad=(
            "try:\n    save()\nexcept Exception:\n    pass",
            "try:\n    save()\nexcept:\n    saved = False",
            "try:\n    allowed = may()\nexcept (Exception, OSError):\n    allowed = True",
        ),
        good=(
            "try:\n    save()\nexcept Exception as error:\n    failed = error",
            "try:\n    save()\nexcept BaseException:\n    close()\n    raise",
            "try:\n    read()\nexcept ValueError:\n    pass",
        ),
    ),
    Rule(
        "made-template",
        "a template made of text runs what is in the text",
        makes_a_template,
        bad=("environment.from_string(title)", "render_template_string(note)", "Template(text)"),
        good=("render_template('home/home.html', title=title)",),
    ),
    Rule(
        "chosen-template",
        "who names the template reads every template",
        names_a_template_by_data,
        bad=("def page():\n    return render_template(f\"{request.args['page']}.html\")",),
        good=("def page():\n    return render_template('home.html', page=request.args.get('page'))",),
    ),
    Rule(
        "open-cookie",
        "a cookie says who may read it and where it goes: httponly, samesite, secure, a name nobody else can set",
        sets_an_open_cookie,
        bad=(
            "answer.set_cookie(host_cookie('language'), code)",
            "answer.set_cookie(host_cookie('a'), b, httponly=True, samesite='None', secure=True)",
            "answer.set_cookie('a', b, httponly=True, samesite='Lax', secure=True)",
        ),
        good=("answer.set_cookie(host_cookie('a'), b, httponly=True, samesite='Lax', secure=request.is_secure)",),
    ),
    Rule(
        "other-sites",
        "no answer says that another site may read it",
        lambda file, node: isinstance(node, ast.Constant) and "access-control-allow" in str(node.value).lower(),
        bad=("answer.headers['Access-Control-Allow-Origin'] = '*'",),
        good=("answer.headers['Cross-Origin-Resource-Policy'] = 'same-origin'",),
    ),
    Rule(
        "shown-file",
        "a file that somebody attached is handed out to be kept, never shown as a page of ours",
        shows_a_file_as_page,
        bad=("send_file(content, 'text/html')", "send_file(content, kind, as_attachment=False)"),
        good=("send_file(content, kind, as_attachment=True, download_name=name)",),
    ),
    Rule(
        "typed-pattern",
        "a pattern made of what somebody typed runs for ever, or finds everything: re.escape",
        searches_by_data,
        bad=("re.search(typed, page)", "re.compile(f'^{word}')"),
        good=("re.search(r'\\d+', typed)", "re.compile(f'^{re.escape(word)}')"),
    ),
    Rule(
        "outside",
        "Dosar asks no computer but that of its back-ups, and that of its updates once that is wanted: no name leaves "
        "that way, no typed address is asked",
        imports_any(NETWORK),
        bad=(
            "import requests",
            "from urllib.request import urlopen",
            "from http.client import HTTPSConnection",
            "import smtplib",
        ),
        good=("from urllib.parse import urlsplit", "from http import HTTPStatus"),
        allowed={
            "backups/places/servers/object_store.py": "sends back-ups to the bucket that was chosen, encrypted",
            "backups/places/servers/webdav_requests.py": "sends back-ups to the server that was chosen, encrypted",
            "cli/serving/program.py": "looks whether its own port is free",
            "mail/smtp.py": "hands codes and days, encrypted, to the mail server that was chosen",
            "mail/smtp_troubles.py": "knows the errors of that server by name, and asks nobody",
            "network/certificates.py": "says whose certificates are believed",
            "cli/serving/server.py": "is the server",
            "desktop/server_process.py": "looks which port of this computer is free",
            "network/connections.py": "connects to the server that was chosen, or pinned at the build",
            "network/proxies.py": "reads the settings of this computer, and asks nobody",
            "updates/check/fetching.py": "asks the address that the build pinned, and only once it is switched on",
            "cli/serving/single_instance.py": "asks the program that runs on the same folder, on this computer",
        },
    ),
    Rule(
        "xml",
        "a reader of XML unfolds and fetches what the file says: office files are looked at as text, elsewhere",
        imports_any(XML),
        bad=("import xml.etree.ElementTree", "from lxml import etree"),
        good=("from zipfile import ZipFile",),
        allowed={"backups/places/servers/webdav_listing.py": "reads lists of files, and refuses document types"},
    ),
    Rule(
        "yaml-objects",
        "a form file becomes lists, texts and numbers, never objects of its choice",
        reads_yaml_as_objects,
        bad=("YAML()", "YAML(typ='unsafe')"),
        good=("YAML(typ='safe', pure=True)",),
    ),
    Rule(
        "old-cipher",
        "what is sealed notices every change of it: AES-GCM, no cipher put together by hand",
        old_cipher,
        bad=("from cryptography.hazmat.primitives.ciphers import Cipher, modes",),
        good=(
            "from cryptography.hazmat.primitives.ciphers.aead import AESGCM",
            "from cryptography.hazmat.primitives.kdf.hkdf import HKDF",
        ),
        of="database/example.py",
    ),
]

IN_TEMPLATES = [
    TextRule(
        "safe-text",
        "all text is escaped; |safe is for quoted pieces of the template itself",
        re.compile(r"(?<!['\"])(?<!['\"]\))\s*\|\s*safe\b|autoescape\s+false|\|\s*(xmlattr|urlize)\b"),
        bad=("{{ record.title|safe }}", "{% autoescape false %}", "{{ (a ~ b) | safe }}"),
        good=("{{ record.title }}", "{{ '<td>'|safe ~ title }}", "{{ ('<td>' if a else '</td>')|safe }}"),
    ),
    TextRule(
        "inline-script",
        "the content security policy runs files of ours alone; nothing in a page is script",
        re.compile(r"\son[a-z]+\s*=\s*['\"{]|javascript:|<script(?![^>]*\bsrc=)|\bsrcdoc\s*=|\sstyle\s*="),
        bad=('<button onclick="go()">', '<a href="javascript:go()">', "<script>go()</script>", '<p style="color:red">'),
        good=('<script type="module" src="/static/js/sheet.js"></script>', "<label>on = 1</label>"),
    ),
    TextRule(
        "page-of-others",
        "nothing is loaded from elsewhere, and no form leads there",
        re.compile(r"(src|action|formaction|data)\s*=\s*['\"]\s*(https?:)?//|<(iframe|object|embed|base)\b"),
        bad=('<img src="https://elsewhere.example/a.png">', '<form action="//elsewhere.example">', "<iframe>"),
        good=('<form action="/sign-in">', '<img src="{{ url }}">'),
    ),
]
IN_SCRIPTS = [
    TextRule(
        "text-as-html",
        "text is put into a page as text",
        re.compile(
            r"\b(outerHTML|insertAdjacentHTML|createContextualFragment|setHTMLUnsafe|document\.write)|innerHTML\s*\+?="
        ),
        bad=("row.innerHTML = answer;", "row.insertAdjacentHTML('beforeend', text);"),
        good=("row.textContent = answer;", "const html = template.innerHTML;"),
        allowed={"static/js/rows.js": "copies the page's own template of a row, and puts a number into it"},
    ),
    TextRule(
        "text-as-script",
        "no text is run",
        re.compile(r"\beval\(|new Function\b|\bFunction\(|set(Timeout|Interval)\(\s*['\"`]"),
        bad=("eval(rule)", "new Function('a', text)", "setTimeout('go()', 1)"),
        good=("evaluate(tree, answers)", "setTimeout(() => go(), 1)"),
    ),
    TextRule(
        "prototype",
        "a name that somebody makes up must not become a property that every object inherits",
        re.compile(r"__proto__|\.prototype\b|constructor\s*\[|\bfor\s*\(\s*(const|let|var)\s+\w+\s+in\b"),
        bad=("answers.__proto__ = x", "Object.prototype.a = 1", "for (const name in sent) all[name] = sent[name];"),
        good=("for (const name of names) read(name);",),
    ),
    TextRule(
        "kept-in-browser",
        "nothing that was typed stays in the browser's own store",
        re.compile(r"\b(localStorage|sessionStorage|indexedDB|document\.cookie|caches)\b"),
        bad=("localStorage.setItem('draft', text)", "document.cookie = name"),
        good=("new BroadcastChannel('tabs')",),
    ),
    TextRule(
        "told-in-console",
        "the console is read by whoever comes to the computer next",
        re.compile(r"\bconsole\.|\balert\("),
        bad=("console.log(answers)", "alert(name)"),
        good=("report(mistake)",),
    ),
]


@pytest.mark.parametrize("rule", RULES, ids=str)
def test_no_file_breaks_the_rule(rule: Rule) -> None:
    broken = [
        f"{name}:{getattr(node, 'lineno', 0)}"
        for name, tree in FILES.items()
        if name not in rule.allowed
        for node in nodes_of(tree)
        if rule.finds(name, node)
    ]
    assert broken == [], rule.why


@pytest.mark.parametrize(
    ("rule", "texts"),
    [*((rule, TEMPLATES) for rule in IN_TEMPLATES), *((rule, SCRIPTS) for rule in IN_SCRIPTS)],
    ids=str,
)
def test_no_page_breaks_the_rule(rule: TextRule, texts: Mapping[str, str]) -> None:
    broken = [
        f"{name}:{text[: found.start()].count(chr(10)) + 1}: {found[0].strip()}"
        for name, text in texts.items()
        if name not in rule.allowed
        for found in rule.pattern.finditer(text)
    ]
    assert texts and broken == [], rule.why


@pytest.mark.parametrize(
    ("rule", "example", "is_bad"),
    [
        *((rule, example, True) for rule in RULES for example in rule.bad),
        *((rule, example, False) for rule in RULES for example in rule.good),
    ],
)
def test_the_rule_knows_bad_from_good(rule: Rule, example: str, is_bad: bool) -> None:
    assert any(rule.finds(rule.of, node) for node in ast.walk(ast.parse(example))) == is_bad


@pytest.mark.parametrize(
    ("rule", "example", "is_bad"),
    [
        *((rule, example, True) for rule in IN_TEMPLATES + IN_SCRIPTS for example in rule.bad),
        *((rule, example, False) for rule in IN_TEMPLATES + IN_SCRIPTS for example in rule.good),
    ],
)
def test_the_rule_for_pages_knows_bad_from_good(rule: TextRule, example: str, is_bad: bool) -> None:
    assert bool(rule.pattern.search(example)) == is_bad


def test_no_exception_outlives_its_file() -> None:
    """A file that breaks a rule no longer is not allowed to begin again."""
    idle = [
        f"{rule.id}: {name}"
        for rule in RULES
        for name in rule.allowed
        if name not in FILES or not any(rule.finds(name, node) for node in nodes_of(FILES[name]))
    ]
    idle += [
        f"{rule.id}: {name}"
        for rule, texts in [*((one, TEMPLATES) for one in IN_TEMPLATES), *((one, SCRIPTS) for one in IN_SCRIPTS)]
        for name in rule.allowed
        if not rule.pattern.search(texts.get(name, ""))
    ]
    assert idle == []


def test_each_rule_has_a_name_of_its_own() -> None:
    names = sorted(rule.id for rule in [*RULES, *IN_TEMPLATES, *IN_SCRIPTS])
    assert not any(first == second for first, second in pairwise(names))
