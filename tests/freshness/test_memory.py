"""Two checks at once, and what becomes of an alert that was not sent, on a real S3."""

from datetime import timedelta

import pytest

from include.errors import LakeUnavailable
from include.freshness.alerting import LEASE, breach, recovered
from include.freshness.memory import S3Memory
from include.freshness.telling import tell_once
from tests.conftest import LakeBuckets
from tests.freshness.standings import AT, verdict

LATE, FRESH = verdict(dim_staff=31), verdict()


@pytest.fixture
def memory(lake_buckets: LakeBuckets) -> S3Memory:
    return S3Memory(lake_buckets.client, lake_buckets.processed)


def test_of_two_that_claim_at_once_one_gets_it(memory: S3Memory):
    alert = breach(LATE)
    assert memory.last() is None
    first = memory.claim(alert, None, AT)
    assert memory.claim(alert, None, AT) is None
    memory.mark_sent(first, AT)
    read_by_both = memory.last()
    end = recovered(FRESH, alert)
    assert memory.claim(end, read_by_both, AT) is not None
    assert memory.claim(end, read_by_both, AT) is None
    assert memory.last().alert == end


def test_an_alert_that_was_not_sent_goes_out_later_and_its_end_after_it(memory: S3Memory):
    alert, sent = breach(LATE), []
    assert memory.claim(alert, None, AT) is not None  # and then its check was killed, long ago
    assert tell_once(FRESH, memory, sent.append) == []
    assert sent == [alert, recovered(FRESH, alert)]
    assert tell_once(FRESH, memory, sent.append) == []
    assert len(sent) == 2


def test_an_alert_that_could_not_be_published_is_tried_again_after_the_lease(memory: S3Memory):
    def broken(_):
        raise ConnectionError

    with pytest.raises(ConnectionError):
        tell_once(LATE, memory, broken)
    held, sent = memory.last(), []
    tell_once(LATE, memory, sent.append)
    assert sent == []  # it might be another check's, and still under way
    memory.claim(held.alert, held, held.claimed_at - LEASE - timedelta(seconds=1))
    tell_once(LATE, memory, sent.append)
    assert sent == [held.alert]


def test_a_damaged_memory_is_said(memory: S3Memory, lake_buckets: LakeBuckets):
    lake_buckets.client.put_object(Bucket=lake_buckets.processed, Key="alerts/freshness.json", Body=b"{")
    with pytest.raises(LakeUnavailable, match=r"alerts/freshness\.json"):
        memory.last()
    sent = []
    (remark,) = tell_once(LATE, memory, sent.append)
    assert (sent, remark[:37]) == ([breach(LATE)], "what was told before is not known: s3")
