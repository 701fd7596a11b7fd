"""The two environments share no place."""

import pytest

from include.environment import ENVIRONMENTS, PRODUCTION, TESTING, environment_named
from include.errors import SettingError


def test_they_are_found_by_name():
    assert [environment_named(name) for name in ("production", "testing")] == [PRODUCTION, TESTING]
    assert list(ENVIRONMENTS) == ["production", "testing"]


@pytest.mark.parametrize("name", ["", "Testing", "staging"])
def test_any_other_name_is_refused(name: str):
    with pytest.raises(SettingError, match="expected production or testing") as caught:
        environment_named(name)
    assert caught.value.found == repr(name)


def test_production_stays_where_it_was():
    assert (PRODUCTION.prefix, PRODUCTION.warehouse_schema) == ("", "public")
    assert (PRODUCTION.source_connection, PRODUCTION.source_schema) == ("totesys", "public")


def test_no_key_of_production_lies_below_testings_prefix():
    assert TESTING.prefix == "testing/"
    assert not {TESTING.warehouse_schema, TESTING.source_schema} & {PRODUCTION.warehouse_schema}
