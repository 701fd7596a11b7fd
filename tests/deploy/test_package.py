"""What travels to MWAA, in which bytes, and whence it is imported there."""

import io
import os
import shutil
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
    first = contents.collect(project)
    for path in project.rglob("*"):
        if path.is_file():
            path.chmod(0o600)
            os.utime(path, (1, time.time() - 1000))
    (project / "include" / "__pycache__").mkdir()
    (project / "include" / "__pycache__" / "more.pyc").write_text("compiled")
    second = contents.collect(project)
    assert second == first
    build.write(second, tmp_path / "packaged")
    assert build.read(tmp_path / "packaged") == first
    (project / "include" / "__init__.py").write_text("changed = True\n")
    assert contents.collect(project).digest != first.digest


@pytest.mark.parametrize("broken", ["emptied", "changed", "more", "half written"])
def test_a_package_that_is_not_whole_is_not_deployed(project, tmp_path, broken):
    build.write(contents.collect(project), folder := tmp_path / "packaged")
    if broken == "emptied":
        shutil.rmtree(folder)
    elif broken == "half written":
        (folder / build.SUMS).unlink()
    else:
        (folder / "dags" / ("totes_etl.py" if broken == "changed" else "more.py")).write_text("import os\n")
    with pytest.raises(DeployError, match=r"the package .*; expected what `make package` wrote"):
        build.read(folder)


def test_neither_locale_nor_time_zone_nor_umask_changes_a_byte(tmp_path):
    """A non-ASCII byte in each kind of file, packaged by a Python that takes text for ASCII."""
    settings = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "TZ": "Asia/Kathmandu"}
    (project := tmp_path / "clone").mkdir()
    for name in ("dags/a.py", "include/b.py", "plugins/b.py", "constraints.txt"):
        (project / name).parent.mkdir(exist_ok=True)
        (project / name).write_text("# é\n", encoding="utf-8")
    (project / "requirements.txt").write_text("--constraint constraints.txt\n# é\n", encoding="utf-8")
    subprocess.run(("git", "init", "--quiet", str(project)), check=True)  # noqa: S607  whichever git
    program = (
        "import os, pathlib; os.umask(0o077)\n"
        "from deploy import build, contents\n"
        f"package = contents.collect(pathlib.Path({str(project)!r}))\n"
        f"build.write(package, pathlib.Path({str(tmp_path / 'packaged')!r})); print(package.digest)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, **settings},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.strip() == contents.collect(project).digest, done.stderr
    assert build.read(tmp_path / "packaged") == contents.collect(project)


def test_what_is_in_no_commit_is_named(project):
    assert sorted(contents.uncommitted(project)) == [
        "?? constraints.txt",
        "?? dags/.airflowignore",
        "?? dags/totes_etl.py",
        "?? include/__init__.py",
        "?? include/pages/style.css",
        "?? plugins/totes_deadline.py",
        "?? requirements.txt",
    ]
    git = ("git", "-C", str(project), "-c", "user.name=a", "-c", "user.email=a@example.org")
    subprocess.run((*git, "add", "--all"), check=True)
    subprocess.run((*git, "commit", "--quiet", "--message", "all"), check=True)
    assert contents.uncommitted(project) == []


def test_this_project_s_package_is_the_same_twice_and_whole(tmp_path):
    first, second = contents.collect(ROOT), contents.collect(ROOT)
    build.write(first, tmp_path / "first")
    assert first == second
    found = first.files
    plugins = unpacked(first)
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
