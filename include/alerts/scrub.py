"""Take secrets out of texts before anybody is told of them."""

import json
import re
from collections.abc import Iterable, Iterator
from urllib.parse import quote, quote_plus

MASK = "***"
MOST_LINES = 12
WIDEST = 300
_ENOUGH = 4 * WIDEST

_KEYS = (
    r"(?:password|passwd|passphrase|pwd|secret|secret[_-]?key|secret[_-]?access[_-]?key|"
    r"(?:security|session|access|refresh|auth|bearer|id)?[_-]?token|api[_-]?key|private[_-]?key|"
    r"x-amz-signature|fernet[_-]?key)"
)
_HEADERS = r"(?:proxy-)?authorization|(?:set-)?cookie|x-amz-security-token|x-api-key"
# A quoted value up to its quote, a bare one up to a space: rather too much than too little.
_VALUE = r"""(?:"(?:[^"\\\n]|\\.)*"?|'(?:[^'\\\n]|\\.)*'?|[^\s"']\S*)"""
_PATTERNS = (
    # user:password@ in a URL; not host:port/
    (re.compile(r"\b([a-z][a-z0-9+.-]{0,30}://[^\s:/?#@]*):(?!\d{1,5}(?:[/?#\s]|$))\S*@", re.I), rf"\1:{MASK}@"),
    (re.compile(rf"""((?:^|(?<=[\s{{,("'])|\b)(?:{_HEADERS})["']?\s*[:=]\s*)[^\n]+""", re.I), rf"\1{MASK}"),
    (re.compile(rf"""({_KEYS}["']?\s*(?:=|:)\s*)(?!\s){_VALUE}""", re.I), rf"\1{MASK}"),
    (re.compile(r"\b(Bearer|Basic)\s+[\w.~+/=-]{8,}", re.I), rf"\1 {MASK}"),
    (re.compile(r"\beyJ[\w-]+\.[\w-]+\.[\w-]*"), MASK),  # a JSON web token
    # AWS: a session token by what all of them start with, a secret key by its 40 characters of three kinds.
    (re.compile(r"\b(?:FwoGZXIvYXdz|FQoGZXIvYXdz|FQoDYXdz|IQoJb3JpZ2lu)[\w/+=%-]+"), MASK),
    (
        re.compile(r"(?<![\w/+=.-])(?=\S{0,39}[a-z])(?=\S{0,39}[A-Z])(?=\S{0,39}\d)[A-Za-z0-9/+]{40}(?![\w/+=.-])"),
        MASK,
    ),
)
# Control and bidirectional characters, and halves of pairs: they could forge lines or break the encoding.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2028\u2029\u2066-\u2069\ud800-\udfff]")


def scrub(text: str, secrets: Iterable[str] = ()) -> str:
    """The text without these secret values, in any spelling, and without whatever looks like a secret."""
    text = _without(text, secrets)
    for pattern, instead in _PATTERNS:
        text = pattern.sub(instead, text)
    return text


def last_lines(error: BaseException, secrets: Iterable[str] = ()) -> tuple[str, ...]:
    """What an error says, and what caused it, line by line without secrets: at most 12 lines of 300 characters."""
    # Known secrets go before anything is cut; what only looks like one is looked for in what is left.
    lines = [line.rstrip() for line in _without(_told(error), secrets).splitlines()]
    shown = scrub("\n".join(map(_short, _few([line for line in lines if line]))))
    return tuple(_narrow(printable(line)) for line in shown.splitlines())


def _told(error: BaseException) -> str:
    """The texts of an error and of what it came from, each on lines of its own."""
    told: list[str] = []
    for raised in _chain(error):
        text = str(raised).strip()
        if not told:
            told.append(text)
        elif not text or text not in told[0]:  # our own errors quote what they were raised from
            told.append(f"caused by {error_name(raised)}: {text}".rstrip(": "))
    return "\n".join(told)


def _without(text: str, secrets: Iterable[str]) -> str:
    spellings = sorted({form for secret in secrets if secret for form in _spellings(secret)}, key=len, reverse=True)
    return re.sub("|".join(map(re.escape, spellings)), MASK, text) if spellings else text


def error_name(error: BaseException) -> str:
    """The name of an error's class: with its module, unless it is Python's or this project's own."""
    kind = type(error)
    module = kind.__module__
    return kind.__qualname__ if module in {"builtins", "include.errors"} else f"{module}.{kind.__qualname__}"


def printable(text: str) -> str:
    """The text with line ends and tabs, and a mark in place of every other character that is not to be seen."""
    return _UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", text)


def _spellings(secret: str) -> Iterator[str]:
    """A secret as it is, and as URLs, JSON and Python's `repr` write it."""
    yield secret
    for quoted in (quote(secret), quote(secret, safe=""), quote_plus(secret)):
        yield quoted
        yield re.sub("%[0-9A-F]{2}", lambda found: found[0].lower(), quoted)
    yield json.dumps(secret)[1:-1]
    yield json.dumps(secret, ensure_ascii=False)[1:-1]
    yield repr(secret)[1:-1]


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    raised: BaseException | None = error
    while raised is not None and id(raised) not in seen and len(seen) < MOST_LINES:
        seen.add(id(raised))
        yield raised
        raised = raised.__cause__ or (None if raised.__suppress_context__ else raised.__context__)


def _few(lines: list[str]) -> list[str]:
    """The first and the last lines, where there are too many."""
    if len(lines) <= MOST_LINES:
        return lines
    head = MOST_LINES // 2
    tail = MOST_LINES - head - 1
    return [*lines[:head], f"… {len(lines) - head - tail} lines …", *lines[-tail:]]


def _short(line: str) -> str:
    """A line of which some is enough; without the word that the cut went through: it may be half a secret."""
    return line if len(line) <= _ENOUGH else line[:_ENOUGH].rpartition(" ")[0] or line[:_ENOUGH]


def _narrow(line: str) -> str:
    return line if len(line) <= WIDEST else f"{line[: WIDEST - 1]}…"
