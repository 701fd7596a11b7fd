"""Every error the pipeline raises, sorted by what the caller does about it.

::

    TotesError                      where, found, expected, next: in the message and as attributes
    ├── RetryableError              a later try can succeed without anybody's help
    │   ├── SourceUnavailable           the source does not answer, or broke off
    │   │   └── FileUnavailable             a file's server does not answer, or broke off
    │   ├── LakeUnavailable             S3 does not answer, or broke off
    │   └── WarehouseUnavailable        the warehouse does not answer, or broke off
    └── PermanentError              somebody has to change something first
        ├── SettingError                a setting is missing or wrong
        ├── DeclarationError            a table's declaration contradicts itself
        ├── SchemaDriftError            the source or the warehouse is not shaped as declared
        ├── ContractError               rows break what their table declares
        ├── DamagedObjectError          an object in S3 is not what its manifest says
        ├── SupersededError             a later read of the source is already in the warehouse
        ├── GapError                    an earlier read of the source is not in the warehouse
        └── MassDeleteError             too many rows seem deleted at once; none of them was
"""


class TotesError(Exception):
    """What went wrong, as four parts that a person can act on.

    The message never holds a password: callers pass names, keys, counts and rows' own values only.
    """

    def __init__(self, where: str, *, found: str, expected: str, remedy: str) -> None:
        super().__init__(f"{where}: {found}; expected {expected}; {remedy}")
        self.where = where
        self.found = found
        self.expected = expected
        self.remedy = remedy


class RetryableError(TotesError):
    """A later try can succeed without anybody's help."""


class SourceUnavailable(RetryableError):  # noqa: N818  the state of a server, not a mistake
    """The source does not answer, or broke off."""


class FileUnavailable(SourceUnavailable):
    """The server of a source's file does not answer, or broke off."""


class LakeUnavailable(RetryableError):  # noqa: N818  the state of a server, not a mistake
    """S3 does not answer, or broke off."""


class WarehouseUnavailable(RetryableError):  # noqa: N818  the state of a server, not a mistake
    """The warehouse does not answer, or broke off."""


class PermanentError(TotesError):
    """Somebody has to change something first; trying again changes nothing."""


class SettingError(PermanentError):
    """A setting is missing or has a value that cannot be used."""


class DeclarationError(PermanentError):
    """A table's declaration contradicts itself or another one."""


class SchemaDriftError(PermanentError):
    """The source or the warehouse is not shaped as the catalogue declares."""


class ContractError(PermanentError):
    """Rows break what their table declares."""


class DamagedObjectError(PermanentError):
    """An object in S3 is missing or is not what its manifest says."""


class SupersededError(PermanentError):
    """A later read of the source is already in the warehouse; this older one must not follow it."""


class GapError(PermanentError):
    """An earlier read of the source is not in the warehouse; this one must not jump over it."""


class MassDeleteError(PermanentError):
    """Too many rows seem deleted at once: a truncate, a lost grant, another database. None of them was."""
