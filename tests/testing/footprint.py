"""Everything that an environment holds, as checksums: to see that nothing of it was touched."""

from psycopg import sql

from include.environment import TESTING
from tests.pipeline import Pipeline

Footprint = dict[str, object]

_RELATIONS = """
SELECT relname, relkind FROM pg_class
WHERE relnamespace = %s::regnamespace AND relkind IN ('r', 'S') ORDER BY relname
"""


def footprint(pipeline: Pipeline) -> Footprint:
    """The checksum of every table and sequence of an environment's source and warehouse; its objects' ETags."""
    environment = pipeline.environment
    with pipeline.reading() as source, pipeline.loading() as warehouse:
        found = {
            **_database(source, "source", environment.source_schema),
            **_database(warehouse, "warehouse", environment.warehouse_schema),
        }
    for zone in (pipeline.raw, pipeline.processed):
        found |= _objects(zone._client, zone.bucket, testing=environment is TESTING)
    return found


def _database(connection, name: str, schema: str) -> Footprint:
    relations = connection.execute(_RELATIONS, [schema]).fetchall()
    assert len(relations) >= 11
    return {f"{name} {relation}": _checksum(connection, schema, relation, kind) for relation, kind in relations}


def _checksum(connection, schema: str, relation: str, kind: str) -> object:
    if kind == "S":  # a serial column's sequence, which a reader may not select from
        return connection.execute(
            "SELECT last_value FROM pg_sequences WHERE schemaname = %s AND sequencename = %s", [schema, relation]
        ).fetchone()
    # xmin and ctid too: a row that is written anew with the same values shows.
    return connection.execute(
        sql.SQL("SELECT count(*), md5(string_agg(concat(xmin, ctid, t), ';' ORDER BY ctid)) FROM {} AS t").format(
            sql.Identifier(schema, relation)
        )
    ).fetchone()


def _objects(client, bucket: str, *, testing: bool) -> Footprint:
    pages = client.get_paginator("list_objects_v2").paginate(Bucket=bucket)
    stored = [item for page in pages for item in page.get("Contents", [])]
    return {
        f"{bucket}/{item['Key']}": (item["ETag"], item["LastModified"])
        for item in stored
        if item["Key"].startswith(TESTING.prefix) is testing
    }
