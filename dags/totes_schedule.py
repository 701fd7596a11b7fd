"""When the pipeline runs: every five minutes, and where that is set, as soon as something changed in the shop."""

from typing import Any

from airflow.sdk import Asset, AssetOrTimeSchedule, AssetWatcher, CronDataIntervalTimetable

from include.catalog import SOURCE_FED
from include.environment import PRODUCTION
from include.settings import WatchSettings


def schedule(settings: WatchSettings) -> Any:
    """The DAG's schedule. Watched or not, the five minutes stay: they find what the watch misses."""
    every_five_minutes = CronDataIntervalTimetable("*/5 * * * *", timezone="UTC")
    if not settings.is_on:
        return every_five_minutes
    return AssetOrTimeSchedule(timetable=every_five_minutes, assets=[_shop(settings)])


def _shop(settings: WatchSettings) -> Asset:
    """The shop as a whole, with an event for whatever was noticed in any of its tables."""
    from totes_watch import SourceChanged

    name = PRODUCTION.source_connection
    tables = sorted({f"{PRODUCTION.source_schema}.{source.name}" for fed in SOURCE_FED for source in fed.source_tables})
    trigger = SourceChanged(name, settings.source, settings.seconds, tables)
    return Asset(name=name, uri=f"totes://{name}/", watchers=[AssetWatcher(name=name, trigger=trigger)])
