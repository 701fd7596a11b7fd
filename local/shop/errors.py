"""What can go wrong in the shop, sorted by what the caller does about it.

ShopError            say the sentence, end with exit code 1
└── SnapshotError    the folder of CSVs is at fault: correct it and load again; the database is as it was
"""


class ShopError(Exception):
    """The shop's database is not in the state that was asked for; the text says what to do next."""


class SnapshotError(ShopError):
    """A file of a snapshot is missing or does not fit its table; nothing was loaded."""
