"""One embedded stack for all browser tests, loaded by a run of the DAG; the pages in Airflow and by themselves."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from subprocess import Popen

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from include.analytics.pages.static_files import assets_version
from include.analytics.standalone.door import Door
from local import commands, first_run, program
from local.program import HOST, Program
from local.stack import Stack
from tests.airflow_runs import DAG, AirflowRuns, running
from tests.browser import chromium
from tests.browser.places import Place
from tests.browser.recorder import Recorder

PATIENCE_MS = 30_000
expect.set_options(timeout=PATIENCE_MS)

PLACES = ("airflow", "standalone")
NOBODY = """
from airflow.api_fastapi.app import create_auth_manager
from airflow.api_fastapi.auth.managers.simple.user import SimpleAuthManagerUser
manager = create_auth_manager()
manager.init()
print(manager.generate_jwt(SimpleAuthManagerUser(username="guest", role=None)))
"""


@pytest.fixture(scope="package")
def chromium_path() -> str:
    """Where Chromium is; without it, the tests are skipped, and in continuous integration failed."""
    if (path := chromium.found()) is None:
        (pytest.fail if chromium.is_required() else pytest.skip)(chromium.MISSING)
    return path


@pytest.fixture(scope="package")
def browser(chromium_path: str) -> Iterator[Browser]:
    """Headless Chromium. Not for the whole session: while it is open, nothing else of the process can use asyncio."""
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium_path, args=list(chromium.ARGUMENTS))
        yield opened
        opened.close()


@pytest.fixture(scope="package")
def stack_runs(chromium_path: str, prepared_stack: Path) -> Iterator[AirflowRuns]:  # noqa: ARG001  no stack where no browser looks at it
    """The running stack after its first run; the DAG is paused again, so that only tests load anything."""
    with running(prepared_stack) as runs:
        done = first_run.ensure(runs.stack.api, runs.stack.task_logs)
        runs.stack.api.unpause(DAG, paused=True)
        assert done["state"] == "success"
        yield runs


@pytest.fixture(scope="package")
def stack(stack_runs: AirflowRuns) -> Stack:
    return stack_runs.stack


Standalone = Callable[[int], AbstractContextManager[Popen[bytes]]]


@pytest.fixture(scope="package")
def standalone_server(stack: Stack) -> Standalone:
    """Serves the pages by themselves on a port while a block runs, as `make dashboard` does."""

    def serving(port: int) -> AbstractContextManager[Popen[bytes]]:
        served = Program(
            name="dashboard",
            command=(sys.executable, "-m", "include.analytics", "--port", str(port)),
            env=commands.dashboard_environment(stack),
            cwd=stack.settings.root,
        )
        log = stack.settings.state_dir / f"dashboard-{port}.log"
        style = f"http://{HOST}:{port}/static/{assets_version()}/core/style.css"
        return program.running(served, log, lambda: program.answers(style))

    return serving


@pytest.fixture(scope="package")
def places(stack: Stack, standalone_server: Standalone) -> Iterator[dict[str, Place]]:
    """Both servers over the stack's warehouse, by name."""
    port = stack.settings.dashboard_port
    with standalone_server(port):
        yield {"airflow": _in_airflow(stack), "standalone": alone(stack, port)}


def _in_airflow(stack: Stack) -> Place:
    login = {"username": "admin", "password": stack.secrets.airflow_admin}
    token = stack.api.request("POST", "/auth/token", login, {})["access_token"]
    return Place("airflow", stack.airflow.dashboards_url, {"Authorization": f"Bearer {token}"}, ("_token", token))


def alone(stack: Stack, port: int) -> Place:
    """The standalone server on a port, for who knows the token."""
    token = stack.secrets.dashboard_token
    door = Door(token, f"totes_dashboard_{port}")
    headers = {"Authorization": f"Bearer {token}"}
    return Place("standalone", f"http://{HOST}:{port}/", headers, (door.cookie, door.ticket))


@pytest.fixture(params=PLACES)
def place(request: pytest.FixtureRequest, places: dict[str, Place]) -> Place:
    """Each of the two servers."""
    return places[request.param]


@pytest.fixture(scope="package")
def guest_token(stack: Stack) -> str:
    """Airflow's token of somebody who is logged in and has no role."""
    done = subprocess.run(
        [sys.executable, "-c", NOBODY], env=stack.airflow.environment(), capture_output=True, text=True, check=True
    )
    return done.stdout.split()[-1]


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()


@pytest.fixture
def context(browser: Browser, recorder: Recorder) -> Iterator[BrowserContext]:
    """A browser that is nowhere logged in. Whatever the recorder finds of its pages fails the test."""
    opened = browser.new_context(viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
    opened.set_default_timeout(PATIENCE_MS)
    recorder.watch(opened)
    yield opened
    _keep_pictures(opened, os.environ.get("SCREENSHOTS"), os.environ.get("PYTEST_CURRENT_TEST", ""))
    opened.close()
    assert recorder.faults == []


@pytest.fixture
def page(context: BrowserContext, place: Place) -> Page:
    """An empty page of a browser that may look at ``place``."""
    place.enter(context)
    return context.new_page()


def _keep_pictures(context: BrowserContext, folder: str | None, test: str) -> None:
    """Pictures of what a test left open, below SCREENSHOTS=<folder>."""
    if folder:
        name = "".join(letter if letter.isalnum() else "-" for letter in test.partition("::")[2].partition(" ")[0])
        for number, page in enumerate(context.pages):
            page.screenshot(path=Path(folder) / f"{name}-{number}.png")
