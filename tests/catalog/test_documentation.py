"""What the catalogue says of a table, to the letter for one of them."""

from include.catalog import TABLES
from include.catalog.documentation import table_markdown, task_markdown
from tests.catalog.test_model import declared


def test_an_entry_says_grain_key_source_and_columns():
    assert table_markdown(declared()) == (
        "### dim_shop\n\nThe shops.\n\n"
        "- Grain: one shop.\n"
        "- Natural key: `shop_id`.\n"
        "- Source: `totesys.shop`, `totesys.town`.\n"
        "\n"
        "| column | type | description |\n|---|---|---|\n"
        "| `shop_id` | integer | The number. |\n"
        "| `name` | character varying | The name. |\n"
        "| `town` | character varying | The town. |"
    )


def test_a_fact_says_where_to_read_it_and_what_it_refers_to():
    text = table_markdown(TABLES["fact_payment"])
    assert "`payment_record_id` numbers them" in text
    assert "`fact_payment_current`" in text
    assert "→ `dim_currency`" in text


def test_an_optional_column_says_so():
    assert "| `district` | character varying, may be NULL |" in table_markdown(TABLES["dim_location"])


def test_a_generated_table_names_no_source():
    assert "Source" not in table_markdown(TABLES["dim_date"])


def test_a_task_says_what_it_reads_or_writes():
    assert "`totesys.staff` and `totesys.department`" in task_markdown(TABLES["dim_staff"], "extract")
    assert "into `dim_staff`" in task_markdown(TABLES["dim_staff"], "load")
