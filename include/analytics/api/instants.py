"""Instants as questions bring them."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime


def _utc(instant: datetime) -> datetime:
    """The same in UTC: a database knows fewer offsets, and fewer years, than a question can name."""
    try:
        return instant.astimezone(UTC)
    except OverflowError:
        raise ValueError("expected an instant of the years 1 to 9999, UTC") from None


Instant = Annotated[AwareDatetime, AfterValidator(_utc)]
"""An instant with its offset, such as 2024-11-30T14:05:00Z."""
