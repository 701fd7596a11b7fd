"""What a browser does behind a page's back: messages, failed and foreign requests. A test that causes one fails."""

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Request, Response, WebError

_OF_A_RESPONSE = "Failed to load resource"  # recorded as a response or a failed request, with its address
_OF_AIRFLOW = "An iframe which has both allow-scripts and allow-same-origin"


@dataclass
class Recorder:
    """``expected`` are the statuses of answers, and ``lost`` whether servers may be away, that a test is about."""

    faults: list[str] = field(default_factory=list)
    expected: set[int] = field(default_factory=set)
    lost: bool = False

    def watch(self, context: BrowserContext) -> None:
        """Record everything that pages of the context do."""
        context.on("console", self._message)
        context.on("weberror", self._error)
        context.on("request", self._request)
        context.on("requestfailed", self._failed)
        context.on("response", self._response)

    def _message(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not message.text.startswith((_OF_A_RESPONSE, _OF_AIRFLOW)):
            self.faults.append(f"console: {message.text}")

    def _error(self, error: WebError) -> None:
        self.faults.append(f"error: {error.error}")

    def _request(self, request: Request) -> None:
        url = urlsplit(request.url)
        if url.scheme not in {"data", "blob", "about"} and url.hostname != "127.0.0.1":
            self.faults.append(f"leaves this machine: {request.url}")

    def _failed(self, request: Request) -> None:
        aborted = request.failure == "net::ERR_ABORTED"  # by the page itself, which asks anew, or was left
        if not aborted and not self.lost:
            self.faults.append(f"failed: {request.url}: {request.failure}")

    def _response(self, response: Response) -> None:
        if response.status >= 400 and response.status not in self.expected:
            self.faults.append(f"status {response.status}: {response.url}")
