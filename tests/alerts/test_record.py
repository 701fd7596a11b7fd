import json

import pytest
from pydantic import ValidationError

from include.alerts import record
from tests.alerts import samples


@pytest.mark.parametrize("make", samples.ALL.values(), ids=samples.ALL)
def test_an_alert_survives_json(make):
    alert = make()
    assert record.from_json(record.to_json(alert)) == alert


def test_programs_find_version_and_severity_at_the_top():
    told = json.loads(record.to_json(samples.failed()))
    assert (told["schema_version"], told["severity"], told["event"]) == (1, "error", "failed")


def test_facts_of_another_event_are_refused():
    told = record.to_record(samples.failed()) | {"event": "loaded"}
    with pytest.raises(ValidationError):
        record.from_record(told)
