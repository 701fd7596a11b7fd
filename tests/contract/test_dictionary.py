"""The data dictionary in `docs/` is the catalogue's."""

from include.catalog import TABLES
from include.catalog.documentation import dictionary
from local.settings import ROOT


def test_the_dictionary_is_up_to_date():
    assert (ROOT / "docs" / "data-dictionary.md").read_text() == dictionary(TABLES.values()), "run `make dictionary`"
