"""Where things lie in S3. No other module spells a key.

``raw/<source>/<source table>/date=YYYY-MM-DD/load_id=<id>/part-00000.csv.zst`` and
``processed/<warehouse table>/date=YYYY-MM-DD/load_id=<id>/part-00000.parquet``, each with a
``manifest.json`` that is written last: a load without it is incomplete and is never read.
A read that is split into key ranges has a folder ``range-00000/`` for each, with a manifest of its own,
within that of the load.
In the site's bucket: ``extracts/parts/<warehouse table>/<SHA-256>.parquet``, ``extracts/manifest.json`` that names
them, and ``public/`` for what anybody may see.
A testing run's store puts ``testing/`` before all of them (``include/environment.py``).
"""

import hashlib
from datetime import date

MANIFEST = "manifest.json"
_RANGE = "range-"
SPOOL = "alerts/spool/"
EXTRACTS = "extracts/"
EXTRACTS_MANIFEST = "extracts/manifest.json"
EXTRACTS_STATE = "extracts/state.json"
PUBLIC = "public/"


def raw_root(source: str, source_table: str) -> str:
    """What the keys of all loads of a source table start with."""
    return f"raw/{source}/{source_table}/"


def day(on: date) -> str:
    """A day's folder (UTC) under a root."""
    return f"date={on.isoformat()}"


def raw_folder(source: str, source_table: str, on: date, load_id: str, key_range: int | None = None) -> str:
    """The folder of what one load, or one key range of it, read from one source table."""
    return _in_range(f"{raw_root(source, source_table)}{day(on)}/load_id={load_id}", key_range)


def processed_folder(table: str, on: date, load_id: str, key_range: int | None = None) -> str:
    """The folder of the Parquet of one load, or of one key range of it, for one warehouse table."""
    return _in_range(f"processed/{table}/{day(on)}/load_id={load_id}", key_range)


def quarantine_folder(table: str, on: date, load_id: str, key_range: int | None = None) -> str:
    """The folder of the rows of one load that break their table's declaration (in the processed bucket)."""
    return _in_range(f"quarantine/{table}/{day(on)}/load_id={load_id}", key_range)


def whole_of(manifest_key: str) -> str | None:
    """The folder of the load of which a manifest describes one key range; None for a load that is not split."""
    folder = manifest_key.rpartition("/")[0]
    whole, _, last = folder.rpartition("/")
    return whole if last.startswith(_RANGE) else None


def _in_range(folder: str, number: int | None) -> str:
    return folder if number is None else f"{folder}/{_RANGE}{number:05d}"


def part(folder: str, number: int, suffix: str) -> str:
    """The key of a part, numbered from 0; ``suffix`` is for example ``csv.zst``."""
    return f"{folder}/part-{number:05d}.{suffix}"


def manifest(folder: str) -> str:
    """The key of the manifest in a folder."""
    return f"{folder}/{MANIFEST}"


def is_manifest(key: str) -> bool:
    """Whether a key is a manifest's, of whichever attempt."""
    name = key.rpartition("/")[2]
    return name.startswith("manifest.") and name.endswith(".json")


def index(folder: str) -> str:
    """The key of a list of manifests that is too long for an XCom."""
    return f"{folder}/index.json"


def extract_part(table: str, sha256: str) -> str:
    """The key of a part of a table's extract, which its content names (in the site's bucket)."""
    return f"{EXTRACTS}parts/{table}/{sha256}.parquet"


def public(path: str) -> str:
    """The key of a file that anybody may see (in the site's bucket)."""
    return f"{PUBLIC}{path}"


def spooled(name: str, part: str) -> str:
    """The key of a part of an alert's folder in the spool (in the processed bucket)."""
    return f"{SPOOL}{hashlib.sha256(name.encode()).hexdigest()[:32]}/{part}"


def told(watcher: str) -> str:
    """The key of the last alert that a watcher outside of Airflow told (in the processed bucket)."""
    return f"alerts/{watcher}.json"


def deadline(run_id: str) -> str:
    """The key that whoever tells of a run's missed deadline puts first (in the processed bucket); it stays."""
    return f"alerts/deadline_missed/{hashlib.sha256(run_id.encode()).hexdigest()[:32]}.json"


def attempt(key: str, number: int) -> str:
    """The key that the ``number``-th attempt writes under; the first one's is ``key`` itself."""
    if number == 1:
        return key
    folder, _, name = key.rpartition("/")
    stem, _, suffix = name.partition(".")
    return f"{folder}/{stem}.attempt-{number}.{suffix}"
