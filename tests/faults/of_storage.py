"""Faults: objects in S3 that are not what was stored, are missing, or stand in the way."""

from collections.abc import Callable
from typing import Any

import pytest

from include.errors import DamagedObjectError
from include.object_store import ObjectStore
from tests.faults.declared import fault
from tests.faults.world import World

FACT = "fact_payment"
EDIT = "UPDATE payment SET payment_amount = payment_amount + 1 WHERE payment_id % 7 = 1"
Damage = Callable[[bytes], bytes | None]


@fault("storage")
def raw_truncated(world: World) -> None:
    """A raw object is cut short after it was landed."""
    _raw_damaged(world, "part-00000", lambda body: body[: len(body) // 2])


@fault("storage", fast=True)
def raw_flipped(world: World) -> None:
    """One byte of a raw object flips."""
    _raw_damaged(world, "part-00000", lambda body: _flipped(body, world.random.randrange(len(body))))


@fault("storage")
def raw_missing(world: World) -> None:
    """A raw part is missing although its manifest is there."""
    _raw_damaged(world, "part-00000", lambda _: None)


@fault("storage")
def raw_manifest_missing(world: World) -> None:
    """A raw manifest is missing although its parts are there."""
    _raw_damaged(world, "manifest", lambda _: None)


@fault("storage")
def raw_manifest_flipped(world: World) -> None:
    """A raw manifest is cut short."""
    _raw_damaged(world, "manifest", lambda body: body[: len(body) // 2])


@fault("storage", fast=True)
def processed_flipped(world: World) -> None:
    """One byte of a Parquet file flips before the load."""
    _processed_damaged(world, lambda body: _flipped(body, world.random.randrange(len(body))))


@fault("storage")
def processed_truncated(world: World) -> None:
    """A Parquet file is cut short before the load."""
    _processed_damaged(world, lambda body: body[:-100])


@fault("storage")
def processed_missing(world: World) -> None:
    """A Parquet file is missing before the load."""
    _processed_damaged(world, lambda _: None)


@fault("storage")
def part_without_manifest(world: World) -> None:
    """Parts without a manifest lie about: they are never read."""
    world.shop(EDIT)
    extracted = world.pipeline.extract(FACT)
    bodies = _objects(world.pipeline.raw, _folder(extracted))
    for key, body in bodies.items():
        if "manifest" not in key:
            world.client.put_object(Bucket=world.buckets[0], Key=key.replace("load_id=", "load_id=00"), Body=body)
    world.pipeline.load(world.pipeline.transform(extracted))


@fault("storage")
def key_taken(world: World) -> None:
    """The keys of the Parquet file and its manifest are taken by other bytes: they are left as they are."""
    world.shop(EDIT)
    extracted = world.pipeline.extract(FACT)
    load_id = _load_id(extracted)
    day = _folder(extracted).split("/")[3]
    folder = f"processed/{FACT}/{day}/load_id={load_id}"
    taken = {f"{folder}/part-00000.parquet": b"not Parquet", f"{folder}/manifest.json": b"{}"}
    for key, body in taken.items():
        world.client.put_object(Bucket=world.buckets[1], Key=key, Body=body)
    world.pipeline.load(world.pipeline.transform(extracted))
    held = _objects(world.pipeline.processed, folder)
    assert {key: held[key] for key in taken} == taken, "an object was overwritten"
    assert sum("attempt-2" in key for key in held) == len(taken)


def _raw_damaged(world: World, name: str, damage: Damage) -> None:
    world.shop(EDIT)
    extracted = world.pipeline.extract(FACT)
    _damage(world, 0, _folder(extracted), name, damage)
    # The only copy of what that read saw is gone: it is not expected any longer, all that follows is.
    world.polls.lost.add(_load_id(extracted))
    _is_refused(world, lambda: world.pipeline.transform(extracted), name)
    world.shop(EDIT)


def _processed_damaged(world: World, damage: Damage) -> None:
    world.shop(EDIT)
    transformed = world.pipeline.transform(world.pipeline.extract(FACT))
    _damage(world, 1, f"processed/{FACT}/", _load_id(transformed), damage)
    _is_refused(world, lambda: world.pipeline.load(transformed), "parquet")


def _is_refused(world: World, act: Callable[[], object], name: str) -> None:
    before = world.query(f"SELECT count(*) FROM {FACT}")
    with pytest.raises(DamagedObjectError, match=f"{name}|manifest"):
        act()
    assert world.query(f"SELECT count(*) FROM {FACT}") == before


def _damage(world: World, bucket: int, prefix: str, name: str, damage: Damage) -> None:
    """Change the first object below a prefix whose key has this in it (not a manifest, unless that is asked for)."""
    store = (world.pipeline.raw, world.pipeline.processed)[bucket]
    key, body = next(
        (key, body)
        for key, body in _objects(store, prefix).items()
        if name in key and (name == "manifest" or "manifest" not in key)
    )
    damaged = damage(body)
    assert damaged != body
    world.client.delete_object(Bucket=world.buckets[bucket], Key=key)
    if damaged is not None:
        world.client.put_object(Bucket=world.buckets[bucket], Key=key, Body=damaged)


def _objects(store: ObjectStore, prefix: str) -> dict[str, bytes]:
    client = store._client
    pages = client.get_paginator("list_objects_v2").paginate(Bucket=store.bucket, Prefix=prefix)
    keys = [entry["Key"] for page in pages for entry in page.get("Contents", ())]
    return {key: client.get_object(Bucket=store.bucket, Key=key)["Body"].read() for key in keys}


def _folder(extracted: dict[str, Any]) -> str:
    return str(_key(extracted)).rpartition("/")[0]


def _load_id(record: dict[str, Any]) -> str:
    return str(_key(record)).split("load_id=")[1].split("/")[0]


def _key(record: dict[str, Any]) -> str:
    """The last manifest of a step's record: its own read."""
    return str(record["manifests"][-1])


def _flipped(body: bytes, at: int) -> bytes:
    return body[:at] + bytes([body[at] ^ 0x40]) + body[at + 1 :]
