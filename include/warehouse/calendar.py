"""Keep `dim_date` ahead of the facts: it covers every date that they use, and the years to come."""

from datetime import date

from psycopg import sql

from include.warehouse.connection import Connection

CALENDAR = "dim_date"
FIRST_DAY = date(2020, 1, 1)
YEARS_AHEAD = 3  # whole calendar years, so that at any day more than two lie ahead

_EXTEND = """
INSERT INTO dim_date (date_id, year, month, day, day_of_week, day_name, month_name, quarter)
SELECT day, extract(year FROM day), extract(month FROM day), extract(day FROM day), extract(isodow FROM day),
       to_char(day, 'FMDay'), to_char(day, 'FMMonth'), extract(quarter FROM day)
FROM (
  SELECT day::date FROM generate_series(
    {first_day}::date, make_date(extract(year FROM now())::int + {years_ahead}, 12, 31), interval '1 day') AS day
  {used}
) AS wanted (day)
WHERE NOT EXISTS (SELECT FROM dim_date AS held WHERE held.date_id = wanted.day)
ORDER BY day
ON CONFLICT (date_id) DO NOTHING
"""


def extend_calendar(connection: Connection, used: sql.Composable | None = None) -> None:
    """Add the days that are missing: up to the horizon, and any that the query ``used`` has in its column `key`."""
    connection.execute(
        sql.SQL(_EXTEND).format(
            first_day=sql.Literal(FIRST_DAY.isoformat()),
            years_ahead=sql.Literal(YEARS_AHEAD),
            used=sql.SQL("UNION SELECT key FROM ({used}) AS used").format(used=used) if used else sql.SQL(""),
        )
    )
