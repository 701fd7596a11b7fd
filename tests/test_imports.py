"""The pipeline needs no Airflow, and its catalogue nothing heavy: the DAG file imports it at every parse."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MODULES = sorted(
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    for path in (ROOT / "include").rglob("*.py")
    if "migrations" not in path.parts  # Alembic runs those, in a context of its own
)
HEAVY = ("alembic", "boto3", "botocore", "pandas", "pgpq", "psycopg", "pyarrow", "pycountry", "sqlalchemy", "zstandard")


def run(program: str) -> str:
    """What a fresh interpreter prints; it fails if the program does."""
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_every_module_is_imported_where_airflow_is_not():
    assert len(MODULES) > 35
    done = run(
        "import sys, importlib\n"
        "sys.modules['airflow'] = None\n"
        f"for name in {MODULES!r}: importlib.import_module(name)\n"
        "print(sum(name.startswith('include') for name in sys.modules))"
    )
    assert int(done) >= len(MODULES)


def test_the_check_above_would_notice_an_import_of_airflow():
    with pytest.raises(AssertionError, match="airflow"):
        run("import sys; sys.modules['airflow'] = None; import airflow.sdk")


def test_the_catalogue_imports_nothing_heavy():
    loaded = run("import sys, include.catalog, include.catalog.documentation; print(*sys.modules)").split()
    assert "include.catalog.totesys.fact_payment" in loaded
    assert not set(HEAVY) & set(loaded)
