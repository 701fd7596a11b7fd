"""The OpenAPI document, as the API answers."""

from typing import Any

from fastapi import FastAPI


def document(served: FastAPI) -> dict[str, Any]:
    """FastAPI's document without the 422 that it expects everywhere: what is wrong with a question is a 400 here."""
    content = served.openapi()
    for operations in content["paths"].values():
        for operation in operations.values():
            operation["responses"].pop("422", None)
    for name in ("HTTPValidationError", "ValidationError"):
        content.get("components", {}).get("schemas", {}).pop(name, None)
    return content
