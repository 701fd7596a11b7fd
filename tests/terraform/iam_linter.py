"""parliament, which knows IAM's actions, resources and conditions."""

import sys
from collections.abc import Callable
from fnmatch import fnmatch
from importlib.resources import files
from types import ModuleType
from typing import Any
from unittest import mock

WILDCARDS = ("s3:GetObject*", "s3:GetBucket*", "s3:List*")
"""Of actions, in the execution role."""

YOUNGER = ("airflow:InvokeRestApi",)
"""Actions that it does not know yet."""


def _loaded() -> Callable[[str], Any]:
    """Its entry; it asks for two files of its own by a module that setuptools 82 and newer no longer bring."""
    setuptools_s = ModuleType("pkg_resources")
    setuptools_s.resource_filename = lambda package, name: str(files(package) / name)  # type: ignore[attr-defined]
    with mock.patch.dict(sys.modules, {"pkg_resources": setuptools_s}):
        from parliament import analyze_policy_string  # type: ignore[import-untyped]  # it ships no types
    return analyze_policy_string  # type: ignore[no-any-return]  # as above


_analyze = _loaded()


def findings(policy: str) -> list[tuple[str, str]]:
    """What is wrong with a policy, JSON, as issue and detail; without what terraform/README.md explains."""
    found = _analyze(policy).findings
    return [(each.issue, str(each.detail)) for each in found if not _is_explained(each.issue, each.detail)]


def _is_explained(issue: str, detail: Any) -> bool:
    if issue == "RESOURCE_MISMATCH":  # a wildcard that MWAA asks for also names actions of other resources
        return all(any(fnmatch(item["action"], wildcard) for wildcard in WILDCARDS) for item in detail)
    return issue == "RESOURCE_STAR" or any(action in str(detail) for action in YOUNGER)
