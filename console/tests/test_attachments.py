"""The page of attachments."""

import pytest
from django.conf import settings
from django.utils import timezone

from files import services
from files.models import Attachment
from files.tests.cast import SentFile
from kezproto.file_announcement import verify_file_announcement
from kezproto.keys import SigningKey
from registry.models import AuditEntry
from registry.tests.cast import ALICE, BOB, registered

pytestmark = pytest.mark.django_db

CHANGELIST = "/admin/files/attachment/"


def announced(key: SigningKey, size: int) -> Attachment:
    sent, now = SentFile(key, bytes(size)), timezone.now()
    claim = verify_file_announcement(sent.announcement(), server=settings.KEZ_CHAT_SERVER, now=now)
    return services.announce_file(claim, now=now).attachment


@pytest.fixture(autouse=True)
def people():
    registered(ALICE, "alice")
    registered(BOB, "bobby")


@pytest.fixture
def small() -> Attachment:
    return announced(ALICE, 50)


@pytest.fixture
def large() -> Attachment:
    return announced(BOB, 120_000)


def test_by_uploader_and_by_size(mo, small, large):
    def found(**chosen: str) -> set[str]:
        page = mo.get(CHANGELIST, chosen).content.decode()
        return {each.file_id for each in (small, large) if f">{each.file_id}<" in page}

    assert found() == {small.file_id, large.file_id}
    for term in ("alice", "@Alice", str(ALICE.primary), small.file_id):
        assert found(q=term) == {small.file_id}
    assert found(size="100000") == {large.file_id}
    assert found(q="mallory") == set()


def test_it_shows_who_sent_it_and_neither_name_nor_token(mo, small):
    listed = mo.get(CHANGELIST).content.decode()
    assert '">alice</a>' in listed
    page = mo.get(f"{CHANGELIST}{small.pk}/change/").content.decode()
    assert '">alice</a>' in page
    assert "50 bytes" in page
    assert small.access not in page


def test_removing_is_for_good(mo, small):
    mo.post(f"{CHANGELIST}{small.pk}/do/remove/", {"reason": "Illegal."})
    small.refresh_from_db()
    assert small.state == "removed"
    entry = AuditEntry.objects.latest("seq")
    assert (entry.action, entry.name, entry.actor) == ("file_removed", small.file_id, "operator:mo")
    assert str(entry.handle) == "alice"
    assert "/do/remove/" not in mo.get(f"{CHANGELIST}{small.pk}/change/").content.decode()
    again = mo.post(f"{CHANGELIST}{small.pk}/do/remove/", {"reason": "Again."}, follow=True)
    assert "is not there any more" in again.content.decode()


def test_several_at_once(mo, small, large):
    mo.post(
        CHANGELIST,
        {
            "action": "remove",
            "_selected_action": [small.pk, large.pk],
            "confirmed": "1",
            "reason": "Illegal.",
        },
    )
    assert set(Attachment.objects.values_list("state", flat=True)) == {"removed"}
