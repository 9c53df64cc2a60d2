"""Getting in: name, password and code, the first log-in, the lock-out, and how long a session lasts."""

import logging
from random import randrange

import pytest
from django.test import Client
from django_otp.plugins.otp_totp.models import TOTPDevice

from console.log_in import LONGEST_SESSION_SECONDS
from console.second_factor import make_recovery_codes
from console.tests.people import PASSWORD, age_session, authenticator, code_of, operator, seated

pytestmark = pytest.mark.django_db

LOG_IN = "/admin/login/"
WRONG = "Name, password or code is wrong."


@pytest.fixture
def olga():
    return operator("olga", "operator")


@pytest.fixture
def desk() -> Client:
    """From an address of its own, so that failures of other tests do not count here."""
    return Client(REMOTE_ADDR=f"198.51.{randrange(256)}.{randrange(256)}")


def log_in(desk: Client, name: str = "olga", password: str = PASSWORD, code: str = ""):
    return desk.post(
        LOG_IN, {"username": name, "password": password, "code": code, "next": "/admin/registry/handle/"}
    )


def is_in(desk: Client) -> bool:
    return desk.get("/admin/").status_code == 200


def test_with_a_code(olga, desk):
    device = authenticator(olga)
    answer = log_in(desk, code=code_of(device))
    assert (answer.status_code, answer["Location"]) == (302, "/admin/registry/handle/")
    assert is_in(desk)
    cookie = desk.cookies["sessionid"]
    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == ("/admin/", True, "Lax")


def test_a_code_gets_in_once(olga, desk):
    code = code_of(authenticator(olga))
    log_in(desk, code=code)
    other = Client()
    assert WRONG in log_in(other, code=code).content.decode()
    assert not is_in(other)


@pytest.mark.parametrize(
    ("name", "password", "code"),
    [
        ("olga", PASSWORD, ""),
        ("olga", PASSWORD, "000000"),
        ("olga", PASSWORD, "abcd-efgh-jkmn-pqrs"),
        ("olga", "another one", "right"),
        ("stranger", PASSWORD, "right"),
        ("mallory", PASSWORD, ""),  # has a password, and is not at the desk
    ],
)
def test_whatever_is_wrong_the_answer_is_the_same(olga, desk, django_user_model, name, password, code):
    django_user_model.objects.create_user("mallory", password=PASSWORD)
    device = authenticator(olga)
    answer = log_in(desk, name, password, code_of(device) if code == "right" else code)
    assert answer.status_code == 200
    assert WRONG in answer.content.decode()
    assert not is_in(desk)


def test_the_code_of_somebody_else(olga, desk):
    mo = authenticator(operator("mo", "moderator"))
    authenticator(olga)
    log_in(desk, code=code_of(mo))
    assert not is_in(desk)


def test_a_recovery_code_gets_in_once(olga, desk):
    authenticator(olga)
    first, *_ = make_recovery_codes(olga)
    log_in(desk, code=first.upper().replace("-", " "))
    assert is_in(desk)
    other = Client()
    log_in(other, code=first)
    assert not is_in(other)


def test_the_first_log_in_sets_the_second_factor_up(olga, desk):
    log_in(desk)
    assert not is_in(desk)
    answer = desk.get(LOG_IN)
    assert (answer.status_code, answer["Location"]) == (302, "/admin/second-factor/")
    page = desk.get("/admin/second-factor/")
    assert "no-store" in page["Cache-Control"]
    assert "<svg" in page.content.decode()
    device = TOTPDevice.objects.get(user=olga)
    wrong = desk.post("/admin/second-factor/", {"code": "12"})
    assert "not the one that the app shows" in wrong.content.decode()
    assert not is_in(desk)
    TOTPDevice.objects.update(throttling_failure_timestamp=None, throttling_failure_count=0)
    done = desk.post("/admin/second-factor/", {"code": code_of(device)}).content.decode()
    assert done.count("<li><code>") == 10
    assert is_in(desk)


def test_with_the_password_alone_a_second_factor_is_not_replaced(olga):
    """A session that was not verified, as after a reset elsewhere: it may enrol only who has none."""
    desk = seated(olga, verified=False)
    authenticator(olga)
    answer = desk.get("/admin/second-factor/")
    assert (answer.status_code, answer["Location"]) == (302, LOG_IN)
    assert TOTPDevice.objects.count() == 1


def test_new_recovery_codes_need_a_code(olga):
    desk = seated(olga)
    old, *_ = make_recovery_codes(olga)
    assert "10 recovery codes are left" in desk.get("/admin/second-factor/").content.decode()
    assert "This code is wrong" in desk.post("/admin/second-factor/", {"code": "12"}).content.decode()
    code = code_of(TOTPDevice.objects.get())
    page = desk.post("/admin/second-factor/", {"code": code}).content.decode()
    assert page.count("<li><code>") == 10
    assert old not in page


def test_failures_lock_an_address_out_whatever_was_wrong(olga, desk):
    device = authenticator(olga)
    for wrong in ("000000", "abcd"):
        log_in(desk, code=wrong)
    for name in ("olga", "mo", "somebody"):
        answer = log_in(desk, name, "wrong")
    assert (answer.status_code, answer["Retry-After"]) == (429, "900")
    assert "Log-in rests" in answer.content.decode()
    TOTPDevice.objects.update(throttling_failure_timestamp=None, throttling_failure_count=0)
    assert log_in(desk, code=code_of(device)).status_code == 429
    assert not is_in(desk)
    elsewhere = Client(REMOTE_ADDR="203.0.113.9")
    log_in(elsewhere, code=code_of(device))
    assert is_in(elsewhere)


def test_a_log_in_that_works_forgets_the_failures_before(olga, desk):
    device = authenticator(olga)
    for _ in range(4):
        log_in(desk, password="wrong")
    log_in(desk, code=code_of(device))
    for _ in range(4):
        assert log_in(Client(REMOTE_ADDR=desk.defaults["REMOTE_ADDR"]), password="wrong").status_code == 200


def test_nothing_that_was_typed_is_logged(olga, desk, caplog):
    authenticator(olga)
    with caplog.at_level(logging.DEBUG):
        log_in(desk, "olga", "my secret words", "my secret code")
    assert "olga" not in caplog.text
    assert "secret" not in caplog.text


def test_a_session_ends_after_half_an_hour_unused_and_twelve_hours_at_most(olga):
    desk = seated(olga)
    desk.get("/admin/")
    assert desk.session.get_expiry_age() == 30 * 60
    assert desk.cookies["sessionid"]["max-age"] == ""  # it goes with the desk
    age_session(desk, LONGEST_SESSION_SECONDS - 60)
    assert is_in(desk)
    age_session(desk, LONGEST_SESSION_SECONDS + 1)
    assert not is_in(desk)


def test_losing_the_role_or_the_second_factor_ends_what_is_open(olga):
    desk = seated(olga)
    TOTPDevice.objects.all().delete()
    assert not is_in(desk)
    desk = seated(olga)
    olga.is_staff = False
    olga.save()
    assert not is_in(desk)


def test_without_a_second_factor_where_the_setting_says_so(olga, desk, settings):
    settings.KEZ_OPERATOR_SECOND_FACTOR = False
    log_in(desk)
    assert is_in(desk)
    authenticator(olga)
    assert WRONG in log_in(Client()).content.decode()
