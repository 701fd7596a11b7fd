"""`python -m deploy …`: build the package, bring it to MWAA, take it back. Exit code 1: it did not work.

In this order: `package`, `upload`, `update`, `wait`, `dags`; `rollback` after whatever failed.
"""

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from deploy import build, contents, release
from deploy.bucket import Bucket
from deploy.environment import Environment
from deploy.record import Record
from include.errors import TotesError

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "dist" / "mwaa"
RECORD = ROOT / "dist" / "release.json"


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line says."""
    asked = _parser().parse_args(arguments)
    try:
        _say(asked.does(asked))
    except (TotesError, BotoCoreError, ClientError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def _package(asked: argparse.Namespace) -> str:
    package = contents.collect(ROOT, asked.certificate)
    build.write(package, asked.package)
    if open_changes := contents.uncommitted(ROOT):
        listed = "\n  ".join(open_changes)
        sys.stderr.write(f"In no commit, and in the package (no checkout will bring it again):\n  {listed}\n")
    return f"{asked.package}: {len(package.files)} files, sha256 {package.digest}"


def _upload(asked: argparse.Namespace) -> str:
    changed = release.upload_runtime(build.read(asked.package), _bucket(asked), _record(asked))
    return f"{changed} of plugins, requirements and constraints changed"


def _update(asked: argparse.Namespace) -> str:
    began = _environment(asked).update(_bucket(asked), asked.minutes)
    return f"{asked.environment}: an update has begun" if began else f"{asked.environment} runs these versions already"


def _wait(asked: argparse.Namespace) -> str:
    _environment(asked).wait(_bucket(asked), asked.minutes)
    return f"{asked.environment} is available and runs the newest versions"


def _dags(asked: argparse.Namespace) -> str:
    changed = release.upload_code(build.read(asked.package), _bucket(asked), _record(asked))
    return f"{changed} files below dags/ changed"


def _rollback(asked: argparse.Namespace) -> str:
    bucket, environment = _bucket(asked), _environment(asked)
    taken_back = release.take_back(bucket, _record(asked))
    environment.update(bucket, asked.minutes)
    environment.wait(bucket, asked.minutes)
    return f"{taken_back} objects are as they were; {asked.environment} runs them"


def _bucket(asked: argparse.Namespace) -> Bucket:
    return Bucket(boto3.client("s3"), asked.bucket)


def _environment(asked: argparse.Namespace) -> Environment:
    return Environment(boto3.client("mwaa"), asked.environment)


def _record(asked: argparse.Namespace) -> Record:
    return Record(asked.record)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m deploy", description=__doc__)
    commands = parser.add_subparsers(required=True)
    packaged = _command(commands, "package", _package, "write the package to dist/mwaa")
    packaged.add_argument("--certificate", type=Path, help="PEM file of the databases' authority, to travel along")
    of_bucket = [
        _command(commands, "upload", _upload, "put plugins, requirements and constraints; begins a release"),
        _command(commands, "dags", _dags, "put the code of DAGs and tasks, remove what is gone"),
    ]
    of_environment = [
        _command(commands, "update", _update, "have the environment take the newest versions up, if it has not"),
        _command(commands, "wait", _wait, "until the environment is available and runs them"),
        _command(commands, "rollback", _rollback, "put back what the release changed, and wait until it runs"),
    ]
    for command in (*of_bucket, *of_environment):
        command.add_argument("--bucket", required=True, help="MWAA's bucket")
    for command in of_environment:
        command.add_argument("--environment", required=True, help="the MWAA environment's name")
        command.add_argument("--minutes", type=float, default=60, help="patience with MWAA (default 60)")
    return parser


def _command(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]",
    name: str,
    does: Callable[[argparse.Namespace], str],
    text: str,
) -> argparse.ArgumentParser:
    command = commands.add_parser(name, help=text, description=text)
    command.add_argument("--package", type=Path, default=PACKAGE, help=argparse.SUPPRESS)
    command.add_argument("--record", type=Path, default=RECORD, help="what the release changed (dist/release.json)")
    command.set_defaults(does=does)
    return command


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")


if __name__ == "__main__":
    sys.exit(main())
