"""Terraform and its one provider, where they are at hand, and Terraform run offline."""

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from local.settings import ROOT

FOLDER = ROOT / "terraform"
REQUIRED = os.environ.get("TOTES_TERRAFORM") == "required"
"""Whether a run without Terraform is a failed one, as ci.yml says; the provider then comes from the registry."""

_PROVIDER = "registry.terraform.io/hashicorp/aws"
# Where Terraform itself looks for providers (its documentation, Provider Installation), and where people put them.
_USUAL = (
    "~/.terraform.d/plugins",
    "~/.local/share/terraform/plugins",
    "/usr/local/share/terraform/plugins",
    "/usr/share/terraform/plugins",
    "/opt/*",
)


def mirror() -> Path | None:
    """The filesystem mirror that holds the provider: `TF_PLUGIN_DIR`, else one of the usual folders."""
    named = os.environ.get("TF_PLUGIN_DIR")
    folders = [Path(named)] if named else [found for pattern in _USUAL for found in _folders(pattern)]
    return next((folder for folder in folders if (folder / _PROVIDER).is_dir()), None)


def missing() -> str | None:
    """What is not at hand; None where Terraform can be run."""
    if not shutil.which("terraform"):
        return "no terraform on the PATH"
    if not (mirror() or REQUIRED):
        return f"no folder with {_PROVIDER}: name it by TF_PLUGIN_DIR"
    return None


def terraform(folder: Path, *arguments: str, environment: Mapping[str, str] | None = None) -> str:
    """Run Terraform in a folder; what it says. Raises ``AssertionError`` with all of it where it fails."""
    done = _run(folder, arguments, environment)
    assert done.returncode == 0, f"terraform {' '.join(arguments)}:\n{done.stdout[-6000:]}\n{done.stderr[-3000:]}"
    return done.stdout


def refused(folder: Path, *arguments: str, environment: Mapping[str, str] | None = None) -> str:
    """Run what Terraform has to refuse; its errors. Raises ``AssertionError`` where it does not."""
    done = _run(folder, arguments, environment)
    assert done.returncode == 1, f"terraform {' '.join(arguments)}: exit code {done.returncode}\n{done.stdout[-3000:]}"
    return done.stderr


def _run(
    folder: Path, arguments: tuple[str, ...], environment: Mapping[str, str] | None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["terraform", f"-chdir={folder}", *arguments],  # noqa: S607  found on the PATH, as everywhere
        env={**_environment(), **(environment or {})},
        capture_output=True,
        text=True,
        check=False,
    )


def copy(folder: Path) -> Path:
    """A copy of the configuration, and of the rules that it reads, to be initialised; where its root is."""
    ignored = shutil.ignore_patterns(".terraform*", "*.tfstate*")
    shutil.copytree(FOLDER, folder / "terraform", ignore=ignored)
    shutil.copytree(ROOT / "include" / "retention", folder / "include" / "retention")
    return folder / "terraform"


def initialised(root: Path) -> Path:
    """The folder, with its provider: from the mirror, else (in CI) from the registry."""
    found = mirror()
    terraform(root, "init", "-reconfigure", *([f"-plugin-dir={found}"] if found else []), *_backend(root))
    return root


def _backend(root: Path) -> list[str]:
    return [] if (root / "moto_override.tf").exists() else ["-backend=false"]


def _folders(pattern: str) -> list[Path]:
    path = Path(pattern).expanduser()
    return sorted(path.parent.glob(path.name))


def _environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("TF_", "AWS_"))}
    return {**kept, "TF_IN_AUTOMATION": "1", "CHECKPOINT_DISABLE": "1", "TF_CLI_ARGS": "-no-color"}
