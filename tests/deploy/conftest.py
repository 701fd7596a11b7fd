"""A project of a few files, and MWAA's bucket on moto's server, whose versions are real."""

import subprocess
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import boto3
import pytest
from moto.server import ThreadedMotoServer

from deploy.bucket import Bucket

_numbers = count(1)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A clone with a little of everything that travels, and of what must not."""
    root = tmp_path / "project"
    files = {
        ".gitignore": "__pycache__/\n.env\n",
        "dags/.airflowignore": "include/\n",
        "dags/totes_etl.py": "import include\n",
        "dags/__pycache__/totes_etl.cpython-312.pyc": "compiled",
        "include/__init__.py": '"""Code."""\n',
        "include/pages/style.css": "body {}\n",
        "include/.env": "PASSWORD=secret\n",
        "plugins/totes_deadline.py": '"""A plugin."""\n',
        "local/stack.py": '"""Stays at home."""\n',
        "tests/test_it.py": '"""Stays at home."""\n',
        "constraints.txt": "pandas==3.0.5\n",
        "requirements.txt": "--constraint constraints.txt\npandas\n",
    }
    for name, content in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(content)
    subprocess.run(("git", "init", "--quiet", str(root)), check=True)  # noqa: S607  whichever git
    return root


@pytest.fixture(scope="session")
def moto_url() -> Iterator[str]:
    """Where moto's server is."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def aws_environment(moto_url, monkeypatch) -> None:
    """What boto3 finds: moto's server, and keys of nobody."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", moto_url)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "nobody")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "nobody")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")


@pytest.fixture
def bucket(aws_environment) -> Bucket:  # noqa: ARG001  what the client finds
    """A fresh, versioned bucket."""
    client, name = boto3.client("s3"), f"totes-mwaa-{next(_numbers)}"
    client.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    client.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    return Bucket(client, name)


def content(bucket: Bucket) -> dict[str, bytes]:
    """What lies in the bucket now."""
    return {key: bucket.client.get_object(Bucket=bucket.name, Key=key)["Body"].read() for key in bucket.keys("")}


def edited(project: Path) -> None:
    """A file changed, a new one, one gone, one more requirement."""
    (project / "dags" / "totes_etl.py").write_text("import include, totes_tasks\n")
    (project / "dags" / "totes_tasks.py").write_text("import include.steps\n")
    (project / "include" / "pages" / "style.css").unlink()
    (project / "requirements.txt").write_text("--constraint constraints.txt\npandas\npyarrow\n")
