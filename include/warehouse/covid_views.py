"""What analysts read of the COVID-19 table: days with what is derived from them, revisions, and any earlier state."""

from collections.abc import Iterator

POPULATION = 331_449_281
"""The United States' residents on 2020-04-01: U.S. Census Bureau, 2020 Census apportionment results."""

VIEWS = ("covid_us_daily_metrics", "covid_us_daily_revisions")

_METRICS = """
CREATE OR REPLACE VIEW covid_us_daily_metrics AS
WITH days AS (
  SELECT date, cases, deaths, recovered,
         cases - lag(cases) OVER by_day AS new_cases,
         deaths - lag(deaths) OVER by_day AS new_deaths,
         recovered - lag(recovered) OVER by_day AS new_recovered
  FROM covid_us_daily_current WINDOW by_day AS (ORDER BY date))
SELECT date, cases, deaths, recovered, new_cases, new_deaths, new_recovered,
       {means},
       round(100.0 * deaths / nullif(cases, 0), 2) AS case_fatality_percent,
       round(100000.0 * cases / {population}, 2) AS cases_per_100k,
       round(100000.0 * deaths / {population}, 2) AS deaths_per_100k,
       round(100000.0 * new_cases / {population}, 2) AS new_cases_per_100k,
       trim(to_char(date, 'Day')) AS day_of_week,
       date_trunc('month', date)::date AS month
FROM days WINDOW week AS (ORDER BY date ROWS 6 PRECEDING)
"""
_MEAN = "CASE WHEN count({column}) OVER week = 7 THEN round(avg({column}) OVER week, 1) END AS {column}_mean_7d"

_REVISIONS = """
CREATE OR REPLACE VIEW covid_us_daily_revisions AS
SELECT date, learnt_at, old_cases, new_cases, old_deaths, new_deaths, old_recovered, new_recovered, vanished
FROM (
  SELECT date, _seen_at AS learnt_at, is_deleted AS vanished,
         lag(cases) OVER versions AS old_cases, cases AS new_cases,
         lag(deaths) OVER versions AS old_deaths, deaths AS new_deaths,
         lag(recovered) OVER versions AS old_recovered, recovered AS new_recovered,
         row_number() OVER versions AS version
  FROM covid_us_daily WINDOW versions AS (PARTITION BY date ORDER BY covid_record_id)) AS numbered
WHERE version > 1
"""

_AS_OF = """
CREATE OR REPLACE FUNCTION covid_us_daily_as_of(moment timestamptz)
RETURNS TABLE (date date, cases integer, deaths integer, recovered integer)
LANGUAGE sql STABLE SET search_path FROM CURRENT AS $$
  SELECT date, cases, deaths, recovered FROM (
    SELECT DISTINCT ON (v.date) v.date, v.cases, v.deaths, v.recovered, v.is_deleted
    FROM covid_us_daily AS v WHERE v._seen_at <= moment
    ORDER BY v.date, v.covid_record_id DESC) AS known
  WHERE NOT is_deleted ORDER BY date
$$
"""

_COMMENTS = {
    "VIEW covid_us_daily_metrics": "One row a current day: new cases, deaths and recoveries, trailing 7-day means (of"
    " seven whole days, else NULL), case fatality, per 100,000 residents (2020 Census: 331,449,281).",
    "VIEW covid_us_daily_revisions": "Every revision of a day: the old and the new values and when they were learnt.",
    "FUNCTION covid_us_daily_as_of(timestamptz)": "The table as it was known at a moment.",
}


def covid_statements() -> Iterator[str]:
    """The DDL of the views and of the function."""
    means = ",\n       ".join(_MEAN.format(column=column) for column in ("new_cases", "new_deaths", "new_recovered"))
    yield _METRICS.format(means=means, population=POPULATION)
    yield _REVISIONS
    yield _AS_OF
    for what, comment in _COMMENTS.items():
        yield f"COMMENT ON {what} IS '{comment}'"
