"""What Terraform renders, without a network: its own tests, run once, and the plan that they make."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.terraform import tools


@dataclass(frozen=True)
class Rendered:
    """The policies of roles by name, and the planned attributes of every resource by address (both of prod)."""

    policies: dict[str, str]
    resources: dict[str, dict[str, Any]]

    def all(self, kind: str) -> list[dict[str, Any]]:
        """The resources of that type."""
        return [values for address, values in self.resources.items() if f".{kind}." in address]

    def only(self, kind: str) -> dict[str, Any]:
        """The one resource of that type."""
        (found,) = self.all(kind)
        return found


@pytest.fixture(scope="session")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An initialised copy of the configuration."""
    if why := tools.missing():
        (pytest.fail if tools.REQUIRED else pytest.skip)(why)
    return tools.initialised(tools.copy(tmp_path_factory.mktemp("terraform")))


@pytest.fixture(scope="session")
def rendered(root: Path) -> Rendered:
    """What `terraform test` planned; it asserts more of it itself (terraform/tests)."""
    said = tools.terraform(root, "test", "-json", "-verbose", "-filter=tests/policies.tftest.hcl")
    plan = next(line["test_plan"] for line in map(json.loads, said.splitlines()) if line["type"] == "test_plan")
    return Rendered(
        policies=plan["output_changes"]["policies"]["after"],
        resources={change["address"]: change["change"]["after"] for change in plan["resource_changes"]},
    )
