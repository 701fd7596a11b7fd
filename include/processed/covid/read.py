"""From the bytes of a CSV file to its rows as text, or a refusal that says what is there instead."""

import pyarrow as pa
import pyarrow.csv

from include.processed.covid.finding import Check, refuse, shown
from include.processed.covid.rows import Rows

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def read(content: bytes, file: str, needed: tuple[str, ...]) -> Rows:
    """All rows of a file, with the needed columns in the given order; further columns are no matter.

    Any line end, quotes, a byte-order mark and a missing last line end are fine. ``file`` is what a
    refusal calls it.
    """
    _refuse_what_is_no_csv(content, file)
    texts = _parsed(content, file)
    _refuse_wrong_columns(texts.column_names, file, needed)
    if not texts.num_rows:
        refuse(Check.CONTENT, file, found="a header and no row", expected="a row a day")
    numbers = pa.arange(2, texts.num_rows + 2)
    # In one piece: a function of a column in no pieces (none of its rows is left) can crash the interpreter.
    columns = [texts[name].combine_chunks() for name in needed]
    return Rows(file, pa.RecordBatch.from_arrays(columns, list(needed)), numbers)


def _refuse_what_is_no_csv(content: bytes, file: str) -> None:
    start = content.removeprefix(_BYTE_ORDER_MARK).lstrip()
    if not start:
        refuse(Check.CONTENT, file, found="an empty file", expected="a CSV file")
    if start.startswith(b"<"):
        refuse(Check.CONTENT, file, found=f"HTML, {shown(start[:200].decode(errors='replace'))}", expected="a CSV file")
    try:
        content.decode()
    except UnicodeDecodeError as error:
        # The x makes a bad byte at the start of a line count as that line's.
        row = len((content[: error.start] + b"x").splitlines())
        around = content[max(0, error.start - 20) : error.start + 20]
        refuse(Check.ENCODING, file, row=row, found=shown(around), expected="UTF-8")


def _parsed(content: bytes, file: str) -> pa.Table:
    misshapen: list[pa.csv.InvalidRow] = []

    def remember(row: pa.csv.InvalidRow) -> str:
        misshapen.append(row)
        return "error"

    try:
        return pa.csv.read_csv(
            pa.BufferReader(content + b"\n"),  # without one the reader finds nothing in a header alone
            read_options=pa.csv.ReadOptions(use_threads=False),  # several threads do not number a misshapen row
            parse_options=pa.csv.ParseOptions(newlines_in_values=True, invalid_row_handler=remember),
            convert_options=pa.csv.ConvertOptions(default_column_type=pa.string(), strings_can_be_null=False),
        )
    except pa.ArrowInvalid as error:
        if not misshapen:
            refuse(Check.CONTENT, file, found=f"text that is no CSV ({error})", expected="a CSV file")
        row = misshapen[0]
        found = f"{row.actual_columns} values, {shown(row.text)}"
        refuse(
            Check.ROW_SHAPE, file, row=row.number, found=found, expected=f"{row.expected_columns}, as the header has"
        )


def _refuse_wrong_columns(names: list[str], file: str, needed: tuple[str, ...]) -> None:
    for name in needed:
        times = names.count(name)
        if times != 1:
            found = f"{times or 'no'} such columns in {shown(','.join(names))}"
            refuse(Check.COLUMNS, file, column=name, row=1, found=found, expected=f"one each of {', '.join(needed)}")
