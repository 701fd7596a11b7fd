"""Files of Johns Hopkins that are refused."""

from include.processed.covid import Check
from tests.processed.covid.files import GOOD_JHU, HTML, changed, without

# As in bad_nyt.py.
OF_JHU = {
    "html": (Check.CONTENT, HTML, "", "HTML, '<!DOCTYPE html><html><title>Unicorn!</title></html>'", "a CSV file"),
    "column removed": (
        Check.COLUMNS,
        changed(GOOD_JHU, ("Recovered", "Active")),
        ", column Recovered, row 1",
        "no such columns in 'Date,Country/Region,Province/State,Confirmed,Active,Deaths'",
        "one each of Date, Country/Region, Province/State, Confirmed, Recovered",
    ),
    "row of another country": (
        Check.ROW_SHAPE,
        changed(GOOD_JHU, ('"Korea, South",,7', "Korea, South,,7")),
        ", row 4",
        "7 values, '2020-01-22,Korea, South,,7,0,0'",
        "6, as the header has",
    ),
    "no US": (
        Check.US_ROWS,
        GOOD_JHU.replace(",US,", ",United States,").encode(),
        ", column Country/Region",
        "no row with 'US'",
        "a row a day with 'US'",
    ),
    "province of the US": (
        Check.PROVINCE,
        changed(GOOD_JHU, ("-24,US,,5,", "-24,US,Ohio,5,")),
        ", column Province/State, row 8",
        "'Ohio'",
        "nothing: the US is one row a day",
    ),
    "date": (
        Check.ISO_DATE,
        changed(GOOD_JHU, ("2020-01-24,US", "2020-24-01,US")),
        ", column Date, row 8",
        "'2020-24-01'",
        "a day as YYYY-MM-DD",
    ),
    "future": (
        Check.FUTURE_DATE,
        changed(GOOD_JHU, ("2020-01-30,US", "2020-02-02,US")),
        ", column Date, row 14",
        "'2020-02-02'",
        "no day after 2020-02-01 (tomorrow, UTC)",
    ),
    "day twice": (
        Check.UNIQUE_DATES,
        changed(GOOD_JHU, ("2020-01-24,US", "2020-01-23,US")),
        ", column Date, row 8",
        "2020-01-23 again, after row 7",
        "each day once",
    ),
    "gap": (
        Check.NO_GAPS,
        without(GOOD_JHU, "24"),
        ", column Date, row 8",
        "2020-01-25 follows 2020-01-23",
        "2020-01-24, no day left out",
    ),
    "count": (
        Check.COUNT,
        changed(GOOD_JHU, ("-24,US,,5,0,0", "-24,US,,5,0.5,0")),
        ", column Recovered, row 8",
        "'0.5'",
        "a whole number, 0 or more (or blank)",
    ),
    "total": (
        Check.COUNT,
        changed(GOOD_JHU, ("-24,US,,5,0,0", "-24,US,,,0,0")),
        ", column Confirmed, row 8",
        "''",
        "a whole number, 0 or more",
    ),
    "recovered and confirmed swapped": (
        Check.SWAPPED_COLUMNS,
        changed(GOOD_JHU, ("Confirmed,Recovered", "Recovered,Confirmed")),
        ", column Recovered, row 6",
        "'1'",
        "no more than the row's Confirmed",
    ),
    "beginning lost": (
        Check.JOIN_LOSS,
        without(GOOD_JHU, "22", "23", "24"),
        ", column Date, row 6",
        "2020-01-25 is its first day, 4 days after the other file's",
        "at most 3 days between the two beginnings",
    ),
}
