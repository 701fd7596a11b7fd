"""Airflow as MWAA lays it out: `/usr/local/airflow` is a folder of the test's own, `PYTHONPATH` says nothing of ours.

What differs from MWAA: LocalExecutor instead of Celery, and all components on one machine.
"""

import shutil
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from deploy import build, contents
from local import program
from local.airflow_programs import COMPONENTS
from local.program import Program
from local.settings import ROOT
from local.stack import Stack
from tests.airflow_runs import on_copy
from tests.deploy import image

PATIENCE_S = 180


@dataclass(frozen=True, repr=False)
class Layout:
    """The folder that stands for `/usr/local/airflow`, and the Python of MWAA's image."""

    home: Path
    image: Path

    def program(self, ours: Program) -> Program:
        """A component of the embedded stack, started here instead: with its settings, without its `PYTHONPATH`.

        What does not end soon is ended: nobody needs what is still running.
        """
        env = {name: value for name, value in ours.env.items() if name != "PYTHONPATH"}
        env |= {
            "PATH": f"{self.image / 'bin'}:/usr/bin:/bin",
            "AIRFLOW_HOME": str(self.home),
            "AIRFLOW__CORE__DAGS_FOLDER": str(self.home / "dags"),
            "AIRFLOW__CORE__PLUGINS_FOLDER": str(self.home / "plugins"),
        }
        _python, _m, airflow, *arguments = ours.command
        return replace(ours, command=(str(self.image / "bin" / airflow), *arguments), env=env, cwd=self.home, stop_s=1)


def lay_out(folder: Path) -> Layout:
    """Build the package and lay it out as MWAA does: `dags/` as it is, plugins unpacked, requirements installed."""
    packaged, home = folder / "package", folder / "usr_local_airflow"
    build.write(contents.collect(ROOT), packaged)
    shutil.copytree(packaged / "dags", home / "dags")
    with zipfile.ZipFile(packaged / contents.PLUGINS) as plugins:
        plugins.extractall(home / "plugins")
    return Layout(home, image.python(packaged / contents.REQUIREMENTS, home))


@contextmanager
def running(prepared: Path) -> Iterator[tuple[Stack, Layout]]:
    """A shop of demo rows, a migrated warehouse (a copy of `prepared`), and Airflow from the package between them."""
    with on_copy(prepared) as stack:
        layout = lay_out(stack.settings.state_dir)
        shutil.copy(Path(__file__).with_name("probe_dags.py"), layout.home / "dags")
        stack.start_servers()
        ours = {one.name: layout.program(one) for one in stack.airflow.programs()}
        shutil.copy(stack.airflow.home / "passwords.json", layout.home)
        with ExitStack() as components:
            _start(components, stack, ours)
            yield stack, layout
            (layout.home / "dags" / "go_on").touch()


def _start(components: ExitStack, stack: Stack, ours: Mapping[str, Program]) -> None:
    def start(name: str) -> None:
        components.enter_context(program.running(ours[name], stack.supervisor.log(name), lambda: True))

    def wait(ready: Callable[[], bool]) -> None:
        program.wait_until(ready, lambda: True, "Airflow", stack.supervisor.log("api-server"), PATIENCE_S)

    first, *others = COMPONENTS
    start(first)
    wait(stack.api.serves_tasks)
    for name in others:
        start(name)
    wait(lambda: stack.api.healthy() and all(map(stack.api.dag, ("totes_etl", "probe"))))
