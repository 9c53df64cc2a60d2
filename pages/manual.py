"""docs/cli.md as a page: Markdown without raw HTML, with headings to link to."""

import re
from dataclasses import dataclass
from functools import cache

from django.conf import settings
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import slugify
from markdown_it import MarkdownIt
from markdown_it.token import Token

_COMMENT = re.compile(r"<!--.*?-->\n?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Heading:
    """`level` 2 or 3; `id` is the anchor."""

    level: int
    id: str
    text: str


@dataclass(frozen=True, slots=True)
class Manual:
    """`title` is the page's first heading; `html` what stands below it."""

    title: str
    headings: tuple[Heading, ...]
    html: SafeString


@cache
def manual() -> Manual:
    """The manual of the command `kez-chat`; read once, it is part of the release."""
    return manual_of((settings.BASE_DIR / "docs" / "cli.md").read_text(encoding="utf-8"))


def manual_of(text: str) -> Manual:
    """A manual from its Markdown. HTML in it is shown as text; links to other files of the folder become words."""
    markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = markdown.parse(_COMMENT.sub("", text))
    title, tokens = _split_title(tokens)
    headings = tuple(_number_headings(tokens))
    for token in tokens:
        if token.type == "inline" and token.children:
            token.children = _without_local_links(token.children)
        elif token.type == "fence":
            token.type = "code_block"  # one look for all; what language it is in, nobody colours
        elif token.type == "table_open":
            token.attrSet("class", "table")
    html = markdown.renderer.render(tokens, markdown.options, {})
    html = html.replace("<pre>", '<pre tabindex="0">')
    html = html.replace('<table class="table">', '<div class="table" tabindex="0"><table>')
    html = html.replace("</table>", "</table></div>")
    return Manual(title, headings, mark_safe(html))  # noqa: S308 - markdown-it escapes all text; raw HTML is off


def _split_title(tokens: list[Token]) -> tuple[str, list[Token]]:
    if len(tokens) >= 3 and tokens[0].type == "heading_open" and tokens[0].tag == "h1":
        return _plain(tokens[1]), tokens[3:]
    return "", tokens


def _number_headings(tokens: list[Token]) -> list[Heading]:
    found: list[Heading] = []
    for place, token in enumerate(tokens):
        if token.type == "heading_open" and token.tag in ("h2", "h3"):
            text = _plain(tokens[place + 1])
            anchor = slugify(text)
            token.attrSet("id", anchor)
            found.append(Heading(int(token.tag[1]), anchor, text))
    return found


def _plain(inline: Token) -> str:
    return "".join(child.content for child in inline.children or [])


def _without_local_links(children: list[Token]) -> list[Token]:
    """Other files of docs/ are no pages here."""
    kept: list[Token] = []
    dropped = False
    for token in children:
        if token.type == "link_open" and not str(token.attrGet("href")).startswith(("https://", "#")):
            dropped = True
        elif token.type == "link_close" and dropped:
            dropped = False
        else:
            kept.append(token)
    return kept
