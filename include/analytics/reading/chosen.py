"""Which reader a deployment uses: the setting `totes.dashboard_from`."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from include.analytics.extracts import Site
from include.analytics.reading.postgres import PostgresReader
from include.analytics.reading.reader import Reader
from include.errors import SettingError
from include.settings import SiteSettings

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

SETTING = "AIRFLOW__TOTES__DASHBOARD_FROM"


def chosen(environment: Mapping[str, str], warehouse: Callable[[], str], lake: "Callable[[], S3Client]") -> Reader:
    """The reader of the warehouse (the default), or of its extracts in S3.

    ``warehouse`` gives libpq's connection string, ``lake`` a client for S3; the one that is needed is asked.
    Raises ``SettingError`` for a setting that is neither, and for extracts without a bucket.
    """
    found = environment.get(SETTING, "").strip() or "warehouse"
    if found == "warehouse":
        return PostgresReader(warehouse)
    if found == "extracts":
        return _extracts(SiteSettings.from_environment(environment), lake)
    raise SettingError(
        f"setting {SETTING}",
        found=repr(found),
        expected="warehouse or extracts",
        remedy="set it as an environment variable, or on MWAA as the configuration option totes.dashboard_from",
    )


def _extracts(site: SiteSettings, lake: "Callable[[], S3Client]") -> Reader:
    from include.analytics.reading.extracts import ExtractsReader  # here, because few need DuckDB

    if not site.bucket:
        raise SettingError(
            "setting AIRFLOW__TOTES__SITE_BUCKET",
            found="nothing",
            expected="the bucket of the extracts",
            remedy="set it as an environment variable, or on MWAA as the configuration option totes.site_bucket",
        )
    return ExtractsReader(Site(lake(), site.bucket), memory_mb=site.memory_mb, threads=site.threads)
