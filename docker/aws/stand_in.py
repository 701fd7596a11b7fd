"""The AWS stand-in, closed to the web: what both stacks run in place of `python -m ministack`.

It asks nobody for a password, and tells every browser that each site may read what it answers. A page that
somebody looks at on this machine could so read, change and remove the lake. What a browser asks for another
site's sake is refused, and what is asked of a name that somebody elsewhere can make lead here (DNS rebinding).
"""

from collections.abc import Awaitable, Callable, MutableMapping
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import ministack.app

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

_REFUSAL = b"The AWS stand-in answers programs of this machine, and no page of another site.\n"


def closed(app: App) -> App:
    """The application, for programs and its own pages alone."""

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan" or (scope["type"] == "http" and _is_ours(scope)):
            await app(scope, receive, send)
        elif scope["type"] == "http":
            await send({"type": "http.response.start", "status": 403, "headers": [(b"content-type", b"text/plain")]})
            await send({"type": "http.response.body", "body": _REFUSAL})
        else:
            await send({"type": "websocket.close", "code": 1008})  # nothing here speaks it

    return serve


def _is_ours(scope: Scope) -> bool:
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
    host = headers.get("host", "")
    if not _is_private(urlsplit(f"//{host}").hostname or ""):
        return False
    if "origin" in headers and urlsplit(headers["origin"]).netloc != host:
        return False
    if headers.get("sec-fetch-site", "none") in {"none", "same-origin"}:
        return True
    # A link from elsewhere leads to a page; with a query it could be an action, such as to publish to a topic.
    return headers.get("sec-fetch-mode") == "navigate" and scope["method"] == "GET" and not scope["query_string"]


def _is_private(name: str) -> bool:
    """Whether no public name is spelled so: this machine, or a service of a private network."""
    if "." not in name and ":" not in name:
        return True
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return name.endswith(".localhost")  # a bucket's, as some clients spell it


if __name__ == "__main__":
    ministack.app.app = closed(ministack.app.app)
    ministack.app.main()
