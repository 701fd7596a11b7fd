"""What the catalogue says of a table, as Markdown: for the tasks in Airflow's UI and for `docs/data-dictionary.md`."""

import sys
from collections.abc import Iterable

from include.catalog.model import Column, Table

_STEPS = {
    "split": "Cuts a read of all of {sources}, as a first load and a full comparison are, into key ranges that are"
    " extracted and transformed side by side and loaded as one; what is smaller is read at once. Clear it, with what"
    " follows, to read the table anew.",
    "extract": "Reads what changed in {sources} since the table's watermark, in one snapshot, and lands it in the raw"
    " bucket as it is. Safe to clear at any time: it reads from where the ledger says the table stands.",
    "transform": "Turns the raw rows into typed Parquet in the processed bucket. Safe to clear at any time.",
    "load": "Brings the Parquet into `{table}` with ledger and watermark in one transaction. Safe to clear at any"
    " time: a load that is in the ledger is not loaded again.",
}

_OF_FILES = _STEPS | {
    "extract": "Fetches {sources} whole and lands them in the raw bucket as received. Safe to clear at any time.",
    "transform": "Checks and merges the files by day into typed Parquet; refuses them whole where they are broken, and"
    " the last good rows stay. Safe to clear at any time.",
}

_HEAD = """# Data dictionary

Made from the catalogue by `make dictionary`; a test compares the two.

Every table fed by a source has bookkeeping columns after its published ones: `_load_id` (the load that wrote the row,
see `etl_ledger`), `_loaded_at`, `is_deleted`; facts `is_current`, dimensions `is_inferred`."""


def task_markdown(table: Table, step: str) -> str:
    """The text of a table's task: what the step does, then the table."""
    sources = " and ".join(f"`{source.source}.{source.name}`" for source in table.sources)
    says = (_OF_FILES if table.files else _STEPS)[step].format(sources=sources, table=table.name)
    return f"{says}\n\n{table_markdown(table)}"


def dictionary(tables: Iterable[Table]) -> str:
    """The data dictionary, whole. `python -m include.catalog.documentation` prints it."""
    return "\n\n".join([_HEAD, *(table_markdown(table) for table in tables)]) + "\n"


def table_markdown(table: Table) -> str:
    """A table's entry in the data dictionary."""
    facts = [f"- Grain: {table.grain}.", f"- Natural key: {_code(table.natural_key)}."]
    if table.sources:
        facts.append(f"- Source: {_code(f'{source.source}.{source.name}' for source in table.sources)}.")
    if table.record_id is not None:
        facts.append(f"- Every version is kept; `{table.record_id}` numbers them in load order.")
        facts.append(f"- Read `{table.name}_current` for the state, `{table.name}_history` for the versions.")
    rows = [_row(column) for column in table.columns]
    head = ["| column | type | description |", "|---|---|---|"]
    return "\n".join([f"### {table.name}", "", table.description, "", *facts, "", *head, *rows])


def _row(column: Column) -> str:
    null = ", may be NULL" if column.nullable else ""
    reference = f" → `{column.references}`" if column.references else ""
    return f"| `{column.name}` | {column.type.sql}{null} | {column.description}{reference} |"


def _code(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


if __name__ == "__main__":
    from include.catalog import TABLES

    sys.stdout.write(dictionary(TABLES.values()))
