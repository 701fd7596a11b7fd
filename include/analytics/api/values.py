"""What parameters may be: bounded, so that every value that is let in can be put to the warehouse."""

import datetime
from decimal import Decimal
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, Field

Text = Annotated[str, Field(max_length=200, pattern="^[^\\x00]*$")]
"""Any text but NUL, which PostgreSQL's text cannot hold."""

Number = Annotated[int, Field(ge=0, le=2**31 - 1)]
"""An id of the shop."""

Day = Annotated[datetime.date, Field(ge=datetime.date(1900, 1, 1), le=datetime.date(9998, 12, 31))]


def _utc(instant: datetime.datetime) -> datetime.datetime:
    """The same in UTC: a database knows fewer offsets, and fewer years, than a question can name."""
    try:
        return instant.astimezone(datetime.UTC)
    except OverflowError:
        raise ValueError("expected an instant of the years 1 to 9999, UTC") from None


Instant = Annotated[AwareDatetime, AfterValidator(_utc)]
"""An instant with its offset, such as 2024-11-30T14:05:00Z."""

AsOf = Annotated[
    Instant,
    Field(
        description="As it was known at this instant (with its offset from UTC); now, if it is left out.",
        examples=["2024-11-15T09:00:00Z"],
    ),
]

Money = Annotated[Decimal, Field(allow_inf_nan=True)]
"""An exact amount; a NaN of the shop stays one."""
