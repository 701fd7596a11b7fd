"""Files of the New York Times that are refused."""

from include.processed.covid import Check
from tests.processed.covid.files import GOOD_NYT, HTML, changed, without

# The check, the file, where in the message, what was found, what was expected.
OF_NYT = {
    "empty": (Check.CONTENT, b"", "", "an empty file", "a CSV file"),
    "blank": (Check.CONTENT, b"\xef\xbb\xbf\r\n \n", "", "an empty file", "a CSV file"),
    "html": (Check.CONTENT, HTML, "", "HTML, '<!DOCTYPE html><html><title>Unicorn!</title></html>'", "a CSV file"),
    "header alone": (Check.CONTENT, b"date,cases,deaths", "", "a header and no row", "a row a day"),
    "one endless line": (
        Check.CONTENT,
        b"date,cases,deaths\n" + b"1" * 3_000_000,
        "",
        "text that is no CSV (straddling object straddles two block boundaries (try to increase block size?))",
        "a CSV file",
    ),
    "latin-1": (
        Check.ENCODING,
        changed(GOOD_NYT, ("-25,8,", "-25,ö,")).decode().encode("latin-1"),
        ", row 6",
        r"b'1-24,5,1\n2020-01-25,\xf6,1\n2020-01-26,13,2\n'",
        "UTF-8",
    ),
    "bad first byte of a line": (
        Check.ENCODING,
        b"date,cases,deaths\r\n\xff020",
        ", row 2",
        r"b'date,cases,deaths\r\n\xff020'",
        "UTF-8",
    ),
    "utf-16": (Check.ENCODING, "date".encode("utf-16"), ", row 1", r"b'\xff\xfed\x00a\x00t\x00e\x00'", "UTF-8"),
    "not found": (
        Check.COLUMNS,
        b"404: Not Found",
        ", column date, row 1",
        "no such columns in '404: Not Found'",
        "one each of date, cases, deaths",
    ),
    "column removed": (
        Check.COLUMNS,
        b"date,cases\n2020-01-21,1\n",
        ", column deaths, row 1",
        "no such columns in 'date,cases'",
        "one each of date, cases, deaths",
    ),
    "column renamed": (
        Check.COLUMNS,
        changed(GOOD_NYT, ("cases", "Cases")),
        ", column cases, row 1",
        "no such columns in 'date,Cases,deaths'",
        "one each of date, cases, deaths",
    ),
    "column twice": (
        Check.COLUMNS,
        b"date,cases,deaths,cases\n2020-01-21,1,0,1\n",
        ", column cases, row 1",
        "2 such columns in 'date,cases,deaths,cases'",
        "one each of date, cases, deaths",
    ),
    "value left out": (
        Check.ROW_SHAPE,
        changed(GOOD_NYT, ("-25,8,1", "-25,8")),
        ", row 6",
        "2 values, '2020-01-25,8'",
        "3, as the header has",
    ),
    "value too many": (
        Check.ROW_SHAPE,
        changed(GOOD_NYT, ("-25,8,1", "-25,8,1,1")),
        ", row 6",
        "4 values, '2020-01-25,8,1,1'",
        "3, as the header has",
    ),
    "cut off": (
        Check.ROW_SHAPE,
        GOOD_NYT.encode()[:-3],
        ", row 11",
        "2 values, '2020-01-30,8'",
        "3, as the header has",
    ),
    "quote never closed": (
        Check.ROW_SHAPE,
        changed(GOOD_NYT, ("2020-01-29,", '"2020-01-29,')),
        ", row 10",
        r"""1 values, '"2020-01-29,55,3\n2020-01-30,89,5'""",
        "3, as the header has",
    ),
    "future": (
        Check.FUTURE_DATE,
        changed(GOOD_NYT, ("2020-01-30", "2020-02-02")),
        ", column date, row 11",
        "'2020-02-02'",
        "no day after 2020-02-01 (tomorrow, UTC)",
    ),
    "day twice": (
        Check.UNIQUE_DATES,
        changed(GOOD_NYT, ("-25,8,1", "-25,8,1\n2020-01-24,5,1")),
        ", column date, row 7",
        "2020-01-24 again, after row 5",
        "each day once",
    ),
    "gap": (
        Check.NO_GAPS,
        without(GOOD_NYT, "25", "26"),
        ", column date, row 6",
        "2020-01-27 follows 2020-01-24",
        "2020-01-25, no day left out",
    ),
    "deaths and cases swapped": (
        Check.SWAPPED_COLUMNS,
        changed(GOOD_NYT, ("cases,deaths", "deaths,cases")),
        ", column deaths, row 2",
        "'1'",
        "no more than the row's cases",
    ),
}

for text in [
    *("2020-25-01", "1/25/2020", "25.01.2020", "2020-1-25", "20200125", "2020/01/25", "2020-W04-6", "2020-025"),
    *(
        "2020-01-25 00:00:00",
        "2020-01-25T00:00:00Z",
        " 2020-01-25",
        "2020-01-25 ",
        "2020-02-30",
        "2020-13-01",
        "2020-00-01",
    ),
    *("0000-01-01", "0020-01-25", "-2020-01-25", "2020-01-2\u0665", "", "NULL", "infinity", "18286", "43855"),
]:
    content = changed(GOOD_NYT, ("2020-01-25", text))
    OF_NYT[f"date {text!r}"] = (Check.ISO_DATE, content, ", column date, row 6", repr(text), "a day as YYYY-MM-DD")

for text in [
    "-1",
    "-0",
    "+8",
    "8.5",
    "8.",
    ".0",
    "8e0",
    "8,0",
    "",
    " 8",
    "8 ",
    "0x8",
    "eight",
    "nan",
    "NaN",
    "NULL",
    "inf",
    "\u0668",
    "1" * 16,
]:
    content = changed(GOOD_NYT, ("-25,8,1", f'-25,"{text}",1'))
    OF_NYT[f"count {text!r}"] = (Check.COUNT, content, ", column cases, row 6", repr(text), "a whole number, 0 or more")
