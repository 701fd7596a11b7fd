"""Why tasks fail, in words: one root cause for each error class, and three for what no error class of ours says."""

from collections.abc import Iterator
from dataclasses import dataclass

from include import errors


@dataclass(frozen=True, kw_only=True)
class Cause:
    """A root cause, in the words that every alert uses for it.

    ``title`` completes "fact_payment.load failed: …" and has no full stop; ``means`` says what it does to the
    data (for a run that reads from where the tables stand), ``next_step`` what to do, ``clear_is_safe`` whether
    clearing is safe and what it brings. ``anchor`` is the heading's in docs/runbook.md. ``defers``: where an error
    has a remedy of its own, that says better what to do.
    """

    key: str
    title: str
    means: str
    next_step: str
    clear_is_safe: str
    anchor: str
    defers: bool = False


_ALL = (
    Cause(
        key="source",
        title="the source does not answer",
        means="Nothing is lost: the first run after it answers reads everything that changed since.",
        next_step="See that the shop's database runs and that the Airflow connection totesys reaches it.",
        clear_is_safe="Yes. It helps once the source answers.",
        anchor="the-source-does-not-answer",
    ),
    Cause(
        key="file",
        title="a file cannot be fetched",
        means="Nothing is lost: the last good rows stay, and the first run after its server answers fetches it anew.",
        next_step="See that the server answers from where Airflow runs, and that the URL is right.",
        clear_is_safe="Yes. It helps once the server answers.",
        anchor="a-file-cannot-be-fetched",
        defers=True,
    ),
    Cause(
        key="lake",
        title="S3 does not answer",
        means="Nothing is lost: the first run after it answers reads again what this one did not.",
        next_step="See that S3 answers and that the Airflow connection totes_aws is right.",
        clear_is_safe="Yes. It helps once S3 answers.",
        anchor="s3-does-not-answer",
    ),
    Cause(
        key="warehouse",
        title="the warehouse does not answer",
        means="Nothing is lost: a load is whole or not at all, and the first run after it answers reads again what"
        " this one did not.",
        next_step="See that the warehouse's database runs, has room on its disk, and that the Airflow connection"
        " warehouse reaches it.",
        clear_is_safe="Yes. It helps once the warehouse answers.",
        anchor="the-warehouse-does-not-answer",
    ),
    Cause(
        key="setting",
        title="a setting is missing or wrong",
        means="Nothing is lost, but every run fails likewise until it is set right; the first one after reads all"
        " that was missed.",
        next_step="Set what the error names.",
        clear_is_safe="Yes, but it fails again until the setting is right.",
        anchor="a-setting-is-missing-or-wrong",
        defers=True,
    ),
    Cause(
        key="declaration",
        title="a table's declaration contradicts itself",
        means="Nothing is lost, but every run of the table fails likewise until its declaration is corrected; the"
        " first one after reads all that was missed.",
        next_step="Correct the declaration in include/catalog that the error names, and deploy it.",
        clear_is_safe="Yes, but it fails again until the declaration is corrected.",
        anchor="a-declaration-contradicts-itself",
        defers=True,
    ),
    Cause(
        key="drift",
        title="the source or the warehouse is not shaped as declared",
        means="Nothing is lost, but what the error names stands still until its shape or its declaration is"
        " corrected; the first run after reads all that was missed.",
        next_step="Correct the source, or its declaration in include/catalog.",
        clear_is_safe="Yes, but it fails again until the shape is as declared.",
        anchor="not-shaped-as-declared",
        defers=True,
    ),
    Cause(
        key="contract",
        title="rows break what their table declares",
        means="Nothing of them was loaded and nothing is lost, but every run of the table fails likewise until the"
        " rows or the declaration are corrected.",
        next_step="Correct the rows in the source, or the table's declaration in include/catalog.",
        clear_is_safe="Yes, but it fails again until the rows keep the contract.",
        anchor="rows-break-their-contract",
        defers=True,
    ),
    Cause(
        key="damaged",
        title="an object in S3 is not what its manifest says",
        means="Nothing of it was loaded. The next run reads again what is current in the source; a version that only"
        " this object held may be gone.",
        next_step="Clear the table's whole task group, or await the next run; then find out what touched the bucket.",
        clear_is_safe="Yes, the table's whole task group: the failed task alone meets the same object again.",
        anchor="an-object-in-s3-is-damaged",
    ),
    Cause(
        key="superseded",
        title="a later read of the source is already loaded",
        means="Nothing is missing: the later read had what this one would have brought.",
        next_step="Nothing. To read again all the same, clear the table's whole task group.",
        clear_is_safe="Yes, the table's whole task group: the failed task alone holds the same old rows.",
        anchor="a-later-read-is-already-loaded",
    ),
    Cause(
        key="gap",
        title="an earlier read of the source is not in the warehouse",
        means="Nothing was loaded over the gap and nothing is lost: the next run reads from where the table stands.",
        next_step="Clear the table's whole task group, or await the next run: both read from where the table stands.",
        clear_is_safe="Yes, the table's whole task group: the failed task alone starts behind the same gap.",
        anchor="an-earlier-read-is-missing",
    ),
    Cause(
        key="mass_delete",
        title="too many rows seem deleted at once",
        means="None of those rows was deleted and all else is loaded. The table's next comparisons fail likewise until"
        " the rows are back or somebody says that they are gone.",
        next_step="Look at the source (a truncate, a lost grant, another database?). If the rows are really gone,"
        " trigger a run of this table with Allow a mass delete.",
        clear_is_safe="Yes, and it changes nothing: no row is deleted until a run is triggered that may.",
        anchor="a-mass-delete-is-withheld",
    ),
    Cause(
        key="killed",
        title="its process ended without a word",
        means="Nothing is lost: what it had not committed never was, and the next run reads it again.",
        next_step="See on the host why: memory, a full disk, a restart, a kill. Nothing else is to be done.",
        clear_is_safe="Yes, at any time.",
        anchor="a-task-was-killed",
    ),
    Cause(
        key="timeout",
        title="it took longer than it may",
        means="Nothing is lost: what it had not committed never was, and the next run reads it again.",
        next_step="See in the log what it waited for: a lock, a slow server, or more rows than usual.",
        clear_is_safe="Yes, at any time.",
        anchor="a-task-took-too-long",
    ),
    Cause(
        key="unexpected",
        title="an error that nobody foresaw",
        means="Nothing is lost: a load is whole or not at all, and the next run reads again what this one did not.",
        next_step="Read the error and the log. If the next run fails likewise, the code or what it runs on has to be"
        " mended.",
        clear_is_safe="Yes, at any time.",
        anchor="an-unexpected-error",
    ),
)
CAUSES: dict[str, Cause] = {cause.key: cause for cause in _ALL}

_BY_CLASS: dict[type[errors.TotesError], str] = {
    errors.SourceUnavailable: "source",
    errors.FileUnavailable: "file",
    errors.LakeUnavailable: "lake",
    errors.WarehouseUnavailable: "warehouse",
    errors.SettingError: "setting",
    errors.DeclarationError: "declaration",
    errors.SchemaDriftError: "drift",
    errors.ContractError: "contract",
    errors.DamagedObjectError: "damaged",
    errors.SupersededError: "superseded",
    errors.GapError: "gap",
    errors.MassDeleteError: "mass_delete",
}
# Airflow's own are known by name: this package does without Airflow.
_BY_NAME = {"AirflowTaskTimeout": "timeout", "AirflowTaskTerminated": "killed"}
_DEEPEST = 20


def cause_of(error: BaseException) -> str:
    """The key of the root cause of an error: its own class's, or that of what it was explicitly raised from."""
    for raised in _chain(error):
        for kind in type(raised).__mro__:
            if key := _BY_CLASS.get(kind) or _BY_NAME.get(kind.__name__):
                return key
    return "unexpected"


def cause_called(key: str) -> Cause:
    """The cause with this key; a key that this version does not know is something unexpected."""
    return CAUSES.get(key, CAUSES["unexpected"])


def _chain(error: BaseException) -> Iterator[BaseException]:
    """An error and what it was raised from. Not what was being handled by chance: that is another error."""
    raised: BaseException | None = error
    for _ in range(_DEEPEST):
        if raised is None:
            return
        yield raised
        raised = raised.__cause__
