"""Which reader a deployment uses: the setting `totes.dashboard_from`."""

from collections.abc import Callable, Mapping

from include.analytics.reading.postgres import PostgresReader
from include.analytics.reading.reader import Reader
from include.errors import SettingError

SETTING = "AIRFLOW__TOTES__DASHBOARD_FROM"


def chosen(environment: Mapping[str, str], warehouse: Callable[[], str]) -> Reader:
    """The reader of the warehouse (the default), or of its extracts in S3.

    ``warehouse`` gives libpq's connection string. Raises ``SettingError`` for a setting that is neither.
    """
    found = environment.get(SETTING, "").strip() or "warehouse"
    if found == "warehouse":
        return PostgresReader(warehouse)
    raise SettingError(
        f"setting {SETTING}",
        found=repr(found),
        expected="warehouse or extracts",
        remedy="set it as an environment variable, or on MWAA as the configuration option totes.dashboard_from",
    )
