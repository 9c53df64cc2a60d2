"""/docs/cli: the manual as a page, and Markdown that cannot become markup of its own."""

from pages.manual import manual_of


def test_the_manual_is_a_page_with_the_help_of_every_command(client):
    page = client.get("/docs/cli").content.decode()
    assert "<h1>kez-chat, the command line client</h1>" in page
    assert "Usage: kez-chat verify-web" in page
    assert 'href="#commands"' in page
    assert 'id="exit-codes"' in page
    assert "&lt;!--" not in page
    assert "<!--" not in page


def test_html_and_odd_links_stay_text():
    html = manual_of(
        "# T\n\n<script>x</script> <b onclick=x>\n\n[a](javascript:x) [b](other.md) [c](https://kez.example/) "
        '[d](data:text/html,x)\n\n```<img>\n<i>"\n```\n'
    ).html
    assert "<script" not in html
    assert "<b " not in html
    assert "<i>" not in html
    assert html.count("<a ") == 1
    assert 'href="https://kez.example/"' in html


def test_headings_and_tables():
    made = manual_of("# Title\n\n## One & two\n\n### Three\n\n| a | b |\n|---|---|\n| `x` | y |\n")
    assert made.title == "Title"
    assert [(heading.level, heading.id, heading.text) for heading in made.headings] == [
        (2, "one-two", "One & two"),
        (3, "three", "Three"),
    ]
    assert "<table>" in made.html
    assert "<h2 id=" in made.html
