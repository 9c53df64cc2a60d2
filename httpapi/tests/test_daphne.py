"""What daphne and Twisted would do by themselves, and shall not."""

import httpx

from devstack.stack import Stack


def test_a_broken_form_is_answered_by_us_and_in_our_shape(stack: Stack):
    """Twisted looks for the fields of forms in the body of a POST, and cuts the line where there are none."""
    url, headers = f"{stack.base_url}/v1/register", {"Content-Type": "multipart/form-data"}
    answer = httpx.post(url, content=b"no form", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")


def test_nobody_writes_down_who_was_looked_up(stack: Stack):
    assert httpx.get(f"{stack.base_url}/v1/u/nobody-of-this-name").status_code == 404
    assert "nobody-of-this-name" not in stack.log("web")
