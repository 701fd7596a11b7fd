"""What an asker did wrong, or cannot have; each becomes a problem of RFC 9457 (`application/problem+json`)."""

from typing import Any


class AskingError(Exception):
    """A question that cannot be answered: ``status`` as in HTTP, and what would be allowed."""

    status = 400
    title = "The question cannot be answered"

    def __init__(self, detail: str, **members: Any) -> None:
        super().__init__(detail)
        self.detail = detail
        self.members = members


class NotThere(AskingError):  # noqa: N818  an answer, not a mistake
    """What was asked for does not exist."""

    status = 404
    title = "It is not there"


class TooLong(AskingError):  # noqa: N818  an answer, not a mistake
    """The question takes longer than the warehouse is kept busy for one."""

    status = 503
    title = "The question takes too long"

    def __init__(self, limit_s: int) -> None:
        super().__init__(f"It was given up after {limit_s} s; ask for fewer rows, a shorter period or fewer groups.")


class TooLarge(AskingError):  # noqa: N818  an answer, not a mistake
    """The question takes more memory than one may."""

    status = 503
    title = "The question is too large"

    def __init__(self) -> None:
        super().__init__("It takes more memory than there is for one; ask for fewer rows or fewer groups.")


class Busy(AskingError):  # noqa: N818  an answer, not a mistake
    """So many questions are being answered that this one could not be put."""

    status = 503
    title = "Too many questions at once"

    def __init__(self) -> None:
        super().__init__("All connections to the warehouse are in use; ask again in a few seconds.")
