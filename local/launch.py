"""What the supervisor executes for each program: become the account, take the environment, be the program.

It runs by itself (`python -I launch.py <file>`), because it starts before anything else does. The file, of
mode 0600, holds the command and its environment, passwords included, so that neither a command line nor the
supervisor's configuration shows one.
"""

import json
import os
import sys
from pathlib import Path


def main(file: str) -> None:
    """Replace this process by the program that `file` describes."""
    program = json.loads(Path(file).read_text())
    os.chdir(program["cwd"])
    if program["account"]:
        os.setgroups([])
        os.setgid(program["account"]["gid"])
        os.setuid(program["account"]["uid"])
    os.execve(program["command"][0], program["command"], program["env"])  # noqa: S606 # no shell is the point


if __name__ == "__main__":
    main(sys.argv[1])
