"""What publishes a test's warehouse, and reads what was published."""

from collections.abc import Iterator
from contextlib import closing, contextmanager

import psycopg

from include import object_keys, search_path
from include.analytics.extracts import Manifest, Site, publish
from include.analytics.reading import Snapshot
from include.analytics.reading.extracts import ExtractsReader
from include.environment import PRODUCTION
from include.warehouse.connection import Connection
from tests.conftest import AwsServer


class PublishingReader(ExtractsReader):
    """A reader of the extracts that publishes before each question what the warehouse of ``loader`` holds by then."""

    def __init__(self, loader: str, site: Site) -> None:
        super().__init__(site, every_s=0)
        self._loader = loader
        self._published = ""

    @contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        with loading(self._loader) as warehouse:
            ((written,),) = warehouse.execute("SELECT pg_snapshot_xmax(pg_current_snapshot())::text").fetchall()
            if written != self._published:
                _publish(warehouse, self._site)
                self._published = written
        with super().snapshot() as snapshot:
            yield snapshot


def _publish(warehouse: Connection, site: Site) -> None:
    """Publish; all anew where a test put versions into a table without a load, which the ledger does not tell of."""
    publish(warehouse, site)
    for name, table in manifest_of(site).tables.items():
        count = sum(part.rows for part in table.parts)
        if table.record_id and warehouse.execute(f"SELECT count(*) FROM {name}").fetchone() != (count,):
            site.parts.remove(object_keys.EXTRACTS_MANIFEST)
            publish(warehouse, site)
            return


def loading(loader: str) -> closing[Connection]:
    """A connection as the tasks open it."""
    options = search_path.option(PRODUCTION.warehouse_schema)
    return closing(psycopg.connect(loader, options=options, autocommit=True))


def make_site(aws: AwsServer, bucket: str) -> Site:
    """A site in a new bucket."""
    aws.aws.provision(aws.secrets, [bucket])
    return Site(aws.aws.s3(aws.secrets), bucket)


def manifest_of(site: Site) -> Manifest:
    """The manifest that is there."""
    found = site.look(object_keys.EXTRACTS_MANIFEST)
    assert found is not None
    manifest = Manifest.from_json(found[0])
    assert manifest is not None
    return manifest
