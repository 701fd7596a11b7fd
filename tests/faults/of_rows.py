"""Faults: values that break the declaration, and values that only look as if they did."""

from tests.faults.declared import fault
from tests.faults.world import World

FACT = "fact_payment"
OPEN = "SELECT natural_key FROM etl_quarantine WHERE table_name = %s AND resolved_at IS NULL ORDER BY 1"


@fault("rows", fast=True)
def bad_date(world: World) -> None:
    """A text date is no date, until somebody corrects it."""
    world.shop(
        "UPDATE payment SET payment_date = '2024-13-01' WHERE payment_id IN (3, 4)",
        "UPDATE payment SET paid = NOT paid WHERE payment_id = 5",
    )
    _set_aside(world, FACT, "3", "4")
    world.shop("UPDATE payment SET payment_date = '2024-12-01' WHERE payment_id IN (3, 4)")
    assert world.cycle().ok
    assert world.query(OPEN, FACT) == []


@fault("rows")
def odd_dates(world: World) -> None:
    """Dates are infinite, before Christ, after 9999, empty: loaded as they are or set aside."""
    dates = ("infinity", "-infinity", "0044-03-15 BC", "10000-01-01", "", "2024-02-30", "today", "01/02/2024")
    for number, text in enumerate(dates, 11):
        world.shop(f"UPDATE payment SET payment_date = '{text}' WHERE payment_id = {number}")
    assert world.cycle().ok
    held = {number for (number,) in world.query("SELECT natural_key::integer FROM etl_quarantine")}
    for number, text in enumerate(dates, 11):
        (shown,) = world.query(f"SELECT payment_date::text FROM {FACT} WHERE payment_id = %s AND is_current", number)[0]
        assert number in held or shown == text, f"{text!r} became {shown!r}"
    world.shop("UPDATE payment SET payment_date = '2024-12-01' WHERE payment_id BETWEEN 11 AND 18")


@fault("rows")
def odd_stamps(world: World) -> None:
    """Stamps are NULL and infinite."""
    world.admin("ALTER TABLE payment ALTER COLUMN last_updated DROP NOT NULL")
    world.shop(
        "UPDATE payment SET last_updated = NULL WHERE payment_id = 21",
        "UPDATE payment SET last_updated = 'infinity' WHERE payment_id = 22",
        "UPDATE payment SET last_updated = '-infinity' WHERE payment_id = 23",
        "UPDATE payment SET last_updated = '0044-03-15 12:00 BC' WHERE payment_id = 24",
    )
    _set_aside(world, FACT, "21", "22", "23", "24")
    world.shop("UPDATE payment SET last_updated = now() WHERE payment_id BETWEEN 21 AND 24")


@fault("rows")
def not_a_number(world: World) -> None:
    """An amount is NaN."""
    world.shop("UPDATE payment SET payment_amount = 'NaN' WHERE payment_id = 31")
    cycle = world.cycle()
    assert cycle.ok, cycle.failures
    held = world.query(OPEN, FACT)
    (shown,) = world.query(f"SELECT payment_amount::text FROM {FACT} WHERE payment_id = 31 AND is_current")[0]
    assert held == [("31",)] or shown == "NaN"
    world.shop("UPDATE payment SET payment_amount = 1 WHERE payment_id = 31")


@fault("rows", tables=("dim_staff", "dim_location", "dim_design"), fast=True)
def odd_text(world: World) -> None:
    """Names hold emoji, right-to-left text, quotes, line ends, tabs, commas and ;--."""
    texts = (
        "👩‍🚀 Zoë",
        "שלום עולם",
        "مرحبا",
        "O'Hara; DROP TABLE staff;--",
        'say "hi", twice',
        "two\nlines\r\nthree",
        "tab\there",
        "\\N",
        "NULL",
        "",
        " ",
        "\u202eabc",
        "a\u0000".strip("\u0000") + "\u0301",
        "%s %(name)s {x}",
    )
    for number, text in enumerate(texts, 1):
        quoted = text.replace("'", "''")
        world.shop(f"UPDATE staff SET first_name = '{quoted}' WHERE staff_id = {number}")
    world.shop("UPDATE address SET address_line_2 = '' WHERE address_id = 1", "UPDATE design SET file_name = ''")
    assert world.cycle().ok


@fault("rows", tables=("dim_design",))
def huge_text(world: World) -> None:
    """A text of five megabytes."""
    world.shop(
        "UPDATE design SET file_name = (SELECT string_agg(md5(n::text), '') FROM generate_series(1, 160000) AS n)"
        " WHERE design_id = 1"
    )
    cycle = world.cycle()
    assert cycle.ok, cycle.failures


@fault("rows")
def unknown_reference(world: World) -> None:
    """A fact arrives before the row that it refers to."""
    world.shop(
        """INSERT INTO transaction (transaction_id, transaction_type, last_updated)
           VALUES (9001, 'SALE', now())""",
        "UPDATE payment SET transaction_id = 9001 WHERE payment_id = 41",
    )
    world.pipeline.load(world.pipeline.transform(world.pipeline.extract(FACT)))
    assert world.query("SELECT is_inferred FROM dim_transaction WHERE transaction_id = 9001") == [(True,)]


@fault("rows", tables=("dim_payment_type", "fact_payment"))
def unknown_enum(world: World) -> None:
    """An enum gets a value that nobody declared."""
    world.admin("""ALTER TYPE "PaymentTypeName" ADD VALUE 'GIFT'""")
    world.shop("""
        INSERT INTO payment_type (payment_type_id, payment_type_name, last_updated) VALUES (77, 'GIFT', now())""")
    _set_aside(world, "dim_payment_type", "77")
    world.shop("UPDATE payment_type SET payment_type_name = 'SALES_REFUND' WHERE payment_type_id = 77")


def _set_aside(world: World, table: str, *keys: str) -> None:
    """A cycle that loads all but these rows, which are in quarantine."""
    cycle = world.cycle()
    assert cycle.ok, cycle.failures
    assert world.query(OPEN, table) == [(key,) for key in keys]
