"""What an open page is told of the warehouse's age."""

import psycopg
import pytest

STAND = "UPDATE etl_watermark SET fresh_at = now() - %s * interval '1 minute' WHERE table_name = 'dim_staff'"


@pytest.mark.parametrize("reader", ["warehouse"], indirect=True)
@pytest.mark.parametrize(("minutes", "is_late"), [(29, False), (31, True)])
def test_it_is_late_beyond_thirty_minutes(client, filled_db, minutes, is_late):
    with psycopg.connect(filled_db.loader) as connection:
        connection.execute("UPDATE etl_watermark SET fresh_at = now()")
        connection.execute(STAND, [minutes])
    state = client.get("/api/v1/state").json()
    assert (state["slowest"], state["is_late"], state["limit_s"]) == ("dim_staff", is_late, 1800)
    assert minutes * 60 <= state["behind_s"] < minutes * 60 + 30


@pytest.mark.parametrize("reader", ["warehouse"], indirect=True)
def test_a_table_that_was_never_loaded_makes_it_late(client, filled_db):
    with psycopg.connect(filled_db.loader) as connection:
        connection.execute("DELETE FROM etl_watermark WHERE table_name = 'fact_payment'")
    state = client.get("/api/v1/state").json()
    assert (state["slowest"], state["is_late"]) == ("fact_payment", True)
    assert (state["stands_at"], state["behind_s"]) == (None, None)
