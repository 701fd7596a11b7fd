"""What travels to MWAA, in which bytes, and whence it is imported there."""

import io
import os
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest

from deploy import build, contents
from deploy.errors import DeployError
from local.settings import ROOT

PEM = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"


def unpacked(package: contents.Package) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(package.files[contents.PLUGINS])) as plugins:
        return {name: plugins.read(name) for name in plugins.namelist()}


def test_everything_that_is_needed_travels_and_nothing_else(project):
    package = contents.collect(project)
    assert set(package.files) == {
        "dags/.airflowignore",
        "dags/totes_etl.py",
        "dags/include/__init__.py",
        "dags/include/pages/style.css",
        "dags/constraints.txt",
        "plugins.zip",
        "requirements.txt",
    }
    assert set(unpacked(package)) == {
        "totes_deadline.py",
        "shared/include/__init__.py",
        "shared/include/pages/style.css",
    }


def test_the_same_tree_gives_the_same_bytes(project, tmp_path):
    digests = [build.write(contents.collect(project), tmp_path / "first")]
    for path in project.rglob("*"):
        if path.is_file():
            path.chmod(0o600)
            os.utime(path, (1, time.time() - 1000))
    (project / "include" / "__pycache__").mkdir()
    (project / "include" / "__pycache__" / "more.pyc").write_text("compiled")
    digests.append(build.write(contents.collect(project), tmp_path / "second"))
    assert digests[0] == digests[1]
    first, second = (build.read(tmp_path / name).files for name in ("first", "second"))
    assert first == second
    (project / "include" / "__init__.py").write_text("changed = True\n")
    assert build.write(contents.collect(project), tmp_path / "third") != digests[0]


def test_this_project_s_package_is_the_same_twice_and_whole(tmp_path):
    first, second = (build.write(contents.collect(ROOT), tmp_path / name) for name in ("first", "second"))
    assert first == second
    found = build.read(tmp_path / "second").files
    plugins = unpacked(contents.Package(found))
    assert {"totes_watch.py", "totes_deadline.py", "totes_dashboard.py", "airflow_local_settings.py"} <= set(plugins)
    assert "shared/include/analytics/pages/static/core/style.css" in plugins
    assert {"dags/include/retention/raw.json", "dags/include/warehouse/migrations/script.py.mako"} <= set(found)
    assert not [name for name in (*found, *plugins) if name.endswith((".pyc", ".pem")) or "tests" in name.split("/")]
    checked = ("sha256sum", "--check", "--quiet", build.SUMS)
    done = subprocess.run(checked, cwd=tmp_path / "first", check=False)
    assert done.returncode == 0


def test_the_requirements_begin_with_the_constraints_as_mwaa_finds_them(project):
    text = contents.collect(project).files["requirements.txt"].decode()
    assert text == '--constraint "/usr/local/airflow/dags/constraints.txt"\npandas\n'
    (project / "requirements.txt").write_text("pandas\n")
    with pytest.raises(DeployError, match=r"requirements.txt: 'pandas'; expected '--constraint constraints.txt'"):
        contents.collect(project)


def test_the_databases_authority_travels_where_every_component_finds_it(project, tmp_path):
    (certificate := tmp_path / "global-bundle.pem").write_text(PEM)
    assert unpacked(contents.collect(project, certificate))["certificates/database.pem"] == PEM.encode()


@pytest.mark.parametrize("content", ["", "-----BEGIN PRIVATE KEY-----\n", f"{PEM}-----BEGIN EC PRIVATE KEY-----\n"])
def test_a_key_never_travels(project, tmp_path, content):
    (certificate := tmp_path / "wrong.pem").write_text(content)
    with pytest.raises(DeployError, match="expected a PEM file of certificates alone"):
        contents.collect(project, certificate)


def test_without_a_clone_nothing_is_packed(tmp_path):
    with pytest.raises(DeployError, match="expected a clone of the repository, and git"):
        contents.collect(tmp_path)


@pytest.fixture(scope="module")
def laid_out(tmp_path_factory) -> Path:
    home = tmp_path_factory.mktemp("usr_local_airflow")
    package = contents.collect(ROOT)
    build.write(contents.Package({name: content for name, content in package.files.items() if "dags/" in name}), home)
    with zipfile.ZipFile(io.BytesIO(package.files[contents.PLUGINS])) as plugins:
        plugins.extractall(home / "plugins")
    return home


@pytest.mark.parametrize(
    ("path", "found"),
    [
        (["plugins"], "plugins/shared/include"),  # triggerer, web server
        (["plugins", "dags"], "dags/include"),  # tasks, DAG files
        (["dags", "plugins"], "dags/include"),
    ],
)
def test_the_copy_beside_the_plugins_is_asked_last(laid_out, path, found):
    program = (
        "import sys\n"
        f"sys.path += {[str(laid_out / part) for part in path]!r}\n"
        "import totes_include, include, include.alerts.late\n"
        "print(include.__file__, include.alerts.late.__file__)\n"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-c", program], cwd=laid_out, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == [str(laid_out / found / name) for name in ("__init__.py", "alerts/late.py")]


def test_without_the_plugin_that_finds_it_the_triggerer_would_have_no_code(laid_out):
    program = f"import sys; sys.path.append({str(laid_out / 'plugins')!r}); import include"
    done = subprocess.run([sys.executable, "-I", "-c", program], capture_output=True, text=True, check=False)
    assert "No module named 'include'" in done.stderr
