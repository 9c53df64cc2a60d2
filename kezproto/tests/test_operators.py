"""Reports and the public log, against the vectors and beyond them."""

import pytest

from kezproto import payloads
from kezproto.canonical import canonical_bytes
from kezproto.chain_state import Head
from kezproto.errors import BadReportedMessage, ProtocolError, TransparencyBroken, WrongServer
from kezproto.handles import Handle
from kezproto.keys import Primary
from kezproto.report import check_reported_messages, report_payload
from kezproto.signed import sign, verify
from kezproto.tests.cast import ALICE, ALICE_HANDLE, BOB, NOW
from kezproto.tests.vectors import load, params
from kezproto.transparency import entry_hash, follow_entries, verify_transparency_head

LOG = load("transparency.json")
REPORTS = load("reports.json")
KEY = Primary.parse(LOG["key"])
ENTRIES = [each["entry"] for each in LOG["entries"]]


@pytest.mark.parametrize("case", params(LOG["valid"]))
def test_a_head(case):
    spec = payloads.TRANSPARENCY_HEAD
    signed = verify(case["document"], tag=spec.tag, type=spec.type, version=spec.version)
    assert (signed.hash, signed.signer) == (case["hash"], KEY)
    assert canonical_bytes(signed.payload).hex() == case["payload_canonical_hex"]
    assert sign(spec.tag, signed.payload, ALICE) == case["document"]
    for known in (KEY, None):
        found = verify_transparency_head(signed.canonical, server=LOG["server"], key=known)
        assert (found.key, found.server) == (KEY, LOG["server"])
        assert (found.head.seq if found.head else 0) == case["document"]["payload"]["seq"]


@pytest.mark.parametrize("case", params(LOG["refused"]))
def test_a_head_refused(case):
    for form in (case["document"], canonical_bytes(case["document"])):
        with pytest.raises(ProtocolError) as caught:
            verify_transparency_head(form, server=LOG["server"], key=KEY)
        assert caught.value.code == case["error"]


def test_entries_are_followed_to_the_signed_head():
    assert [entry_hash(entry) for entry in ENTRIES] == [each["hash"] for each in LOG["entries"]]
    end = follow_entries(None, ENTRIES)
    assert end == verify_transparency_head(LOG["valid"][0]["document"], server=LOG["server"]).head
    middle = follow_entries(None, ENTRIES[:1])
    assert follow_entries(middle, ENTRIES[1:]) == end
    assert follow_entries(end, []) == end
    assert follow_entries(None, []) is None


@pytest.mark.parametrize("case", params(LOG["broken"]))
def test_a_log_that_does_not_hold(case):
    with pytest.raises(TransparencyBroken) as caught:
        follow_entries(None, case["entries"])
    assert caught.value.seq == case["seq"]


def test_entries_after_another_head():
    with pytest.raises(TransparencyBroken, match="does not link"):
        follow_entries(Head(1, "sha256:" + "00" * 32), ENTRIES[1:])


def test_actions_of_the_future_are_no_fault():
    assert follow_entries(None, [{**ENTRIES[0], "action": "renamed"}])


def test_a_bad_message_is_named_by_its_place():
    messages = REPORTS["valid"][0]["document"]["payload"]["messages"]
    mallory = Primary.parse(REPORTS["valid"][0]["document"]["payload"]["reported_primary"])
    assert len(check_reported_messages(messages, sender=mallory, reader=ALICE.primary)) == 2
    with pytest.raises(BadReportedMessage, match="Message 2") as caught:
        check_reported_messages([messages[0], {}], sender=mallory, reader=ALICE.primary)
    assert caught.value.index == 1
    with pytest.raises(BadReportedMessage, match="Message 1"):
        check_reported_messages(messages, sender=mallory, reader=BOB.primary)


def test_a_report_goes_to_the_operators_of_the_reported_handle():
    with pytest.raises(WrongServer, match="its own server"):
        report_payload(
            report_id="00" * 16,
            handle=ALICE_HANDLE,
            primary=ALICE.primary,
            reported=Handle("bob", "other.example"),
            reported_primary=BOB.primary,
            category="spam",
            text="",
            messages=[],
            created_at=NOW,
        )
