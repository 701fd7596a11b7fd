"""Where things lie in S3. No other module spells a key.

``raw/<source>/<source table>/date=YYYY-MM-DD/load_id=<id>/part-00000.csv.zst`` and
``processed/<warehouse table>/date=YYYY-MM-DD/load_id=<id>/part-00000.parquet``, each with a
``manifest.json`` that is written last: a load without it is incomplete and is never read.
In the site's bucket: ``extracts/parts/<warehouse table>/<SHA-256>.parquet``, ``extracts/manifest.json`` that names
them, and ``public/`` for what anybody may see.
A testing run's store puts ``testing/`` before all of them (``include/environment.py``).
"""

import hashlib
from datetime import date

MANIFEST = "manifest.json"
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


def raw_folder(source: str, source_table: str, on: date, load_id: str) -> str:
    """The folder of what one load read from one source table."""
    return f"{raw_root(source, source_table)}{day(on)}/load_id={load_id}"


def processed_folder(table: str, on: date, load_id: str) -> str:
    """The folder of one load's Parquet for one warehouse table."""
    return f"processed/{table}/date={on.isoformat()}/load_id={load_id}"


def quarantine_folder(table: str, on: date, load_id: str) -> str:
    """The folder of the rows of one load that break their table's declaration (in the processed bucket)."""
    return f"quarantine/{table}/date={on.isoformat()}/load_id={load_id}"


def part(folder: str, number: int, suffix: str) -> str:
    """The key of a part, numbered from 0; ``suffix`` is for example ``csv.zst``."""
    return f"{folder}/part-{number:05d}.{suffix}"


def manifest(folder: str) -> str:
    """The key of the manifest in a folder."""
    return f"{folder}/{MANIFEST}"


def load_id(key: str) -> str:
    """The id of the load in whose folder a key lies; empty for any other key."""
    folder = key.rpartition("/")[0]
    return folder.rpartition("/load_id=")[2] if "/load_id=" in folder else ""


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
