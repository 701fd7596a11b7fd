"""US COVID-19 by day: cases and deaths by the New York Times, recovered by Johns Hopkins."""

from include.catalog.model import DATE, INTEGER, Column, SourceFile, Table

NYT = SourceFile("covid", "nyt_us", "covid_nyt_url")
JHU = SourceFile("covid", "jhu_time_series", "covid_jhu_url")

COVID_US_DAILY = Table(
    name="covid_us_daily",
    description="Cumulative COVID-19 cases, deaths and recoveries in the United States."
    " Cases and deaths: The New York Times; recovered: Johns Hopkins University.",
    grain="a version of a day",
    natural_key=("date",),
    history="versions",
    record_id="covid_record_id",
    files=(NYT, JHU),
    columns=(
        Column(name="date", type=DATE, description="The day, as both sources report it."),
        Column(name="cases", type=INTEGER, description="Cases since the beginning, by the day they were announced."),
        Column(name="deaths", type=INTEGER, description="Deaths since the beginning."),
        Column(
            name="recovered",
            type=INTEGER,
            nullable=True,
            description="Recoveries since the beginning; NULL where they are not reported (since 2020-12-14).",
        ),
    ),
)
