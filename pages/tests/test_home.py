"""GET /: what this server is."""


def test_it_says_what_this_is_and_how_to_begin(client, settings):
    page = client.get("/").content.decode()
    assert f"<h1>{settings.KEZ_CHAT_SERVER}</h1>" in page
    assert f"export KEZ_CHAT_URL={settings.KEZ_CHAT_PUBLIC_URL}" in page


def test_every_answer_tells_the_servers_time(client):
    for address in ("/", "/v1/healthz", "/v1/nothing-here"):
        assert client.get(address)["Date"].endswith(" GMT")
