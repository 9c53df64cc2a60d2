"""The app's pages: one shell, every page in it, and what a module needs to begin."""

import pytest

from pages.web_list import APP_PAGES

ADDRESSES = [f"/{page}" for page in APP_PAGES] + ["/chat/alice"]


@pytest.mark.parametrize("address", ADDRESSES)
def test_the_shell_holds_the_asked_page_and_all_others(client, address):
    response = client.get(address)
    assert response.status_code == 200
    html = response.content.decode()
    assert f'data-page="{address.split("/")[1]}"' in html
    for page in APP_PAGES:
        assert f'<template id="page-{page}">' in html


def test_pages_carry_what_modules_need(client, settings):
    html = client.get("/chat").content.decode()
    for name, value in {
        "server": settings.KEZ_CHAT_SERVER,
        "public-url": settings.KEZ_CHAT_PUBLIC_URL,
        "sigchain-url": settings.KEZ_CHAT_SIG_SERVER_URL,
        "registration": "open",
        "static": settings.STATIC_URL,
    }.items():
        assert f' data-{name}="{value}"' in html
    assert html.count('<script type="importmap"') == 1


def test_a_page_says_whether_new_handles_may_be_claimed(client, settings):
    settings.KEZ_REGISTRATION = "closed"
    assert ' data-registration="closed"' in client.get("/join").content.decode()
