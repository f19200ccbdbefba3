"""A citation written out, whatever its words hold; read back with an independent Markdown parser."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from askbrief.citations.styles import credits_of, csl, escaped, permalink, written
from askbrief.records import Citation, CitationStatus, Metadata, Style

if TYPE_CHECKING:
    from markdown_it.token import Token

ABOUT = Metadata(
    author=("A. Khan", "B. Lee"),
    publisher="Institute",
    date="2022-07-05",
    url="https://example.org/ttp",
    licence="CC BY 4.0",
    tags=("ttp", "security"),
)
CITATION = Citation(
    key="ttp-report-k7f3qa",
    status=CitationStatus.INTACT,
    doc_id="reports/ttp.txt",
    title="TTP report",
    metadata=ABOUT,
    locator="¶ 12, characters 0–40",
    start=0,
    end=40,
    quote="The TTP has 3,000 to 4,000 fighters.",
)
HOSTILE = [
    "@everyone @here <@123> <@&456> <#789>",
    "[click](https://evil.example) ![x](https://evil.example/x.png) [a]: https://evil.example",
    "```\ncode\n```\n~~~\nmore",
    "# Heading\n## Another\nText\n===\nText\n---",
    "> quoted\n>>> all of it",
    "<b>bold</b> <script>alert(1)</script> <https://evil.example> <!-- gone -->",
    "&lt;b&gt; &amp; &#42;&copy;",
    "**bold** __under__ *it* _it_ ~~gone~~ ||spoiler|| `code` \\*",
    "- item\n+ item\n* item\n1. one\n2) two\n-# small\n12.5 million",
    "| a | b |\n|---|---|\n| 1 | 2 |",
    "First.\n\n    indented after an empty line\n\n\ttabbed",
    "a\r- b\x0b# c\u2028> d",
    "[^1]: a footnote[^1] and: more\n: definition\n***\n___",
    "ends with a backslash\\\nand two spaces  \n",
]
MARKUP = "\\`*_{}[]<>#|~&-+=:.)(!@\"' \t\n1a;"


def one_line(text: str) -> str:
    return " ".join(text.split())


@dataclass
class Shown:
    """What a Markdown reader makes of a text."""

    text: str = ""
    kinds: set[str] = field(default_factory=set)
    links: list[str] = field(default_factory=list)


def shown(markdown: str) -> Shown:
    """Read Markdown with tables and strike-through; the text on one line, without the marks that stop mentions."""
    page = Shown()

    def read(tokens: list[Token]) -> None:
        for token in tokens:
            page.kinds.add(token.type.removesuffix("_open").removesuffix("_close"))
            page.text += " " if token.type in {"softbreak", "hardbreak", "paragraph_close"} else ""
            page.text += token.content if token.type in {"text", "code_inline"} else ""
            page.links += [str(token.attrs["href"])] if "href" in token.attrs else []
            read(token.children or [])

    read(MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(markdown))
    page.text = one_line(page.text.replace("\u200b", ""))
    return page


def unlinked(**changes: Any) -> Citation:
    return replace(CITATION, metadata=replace(ABOUT, url=None), **changes)


# ------------------------------------------------------------------------------------------ worked out


SOURCE = "A. Khan, B. Lee, Institute, 2022-07-05, ¶ 12, characters 0–40"
LINKED = f"[TTP report](<https://example.org/ttp>), {SOURCE}"
WORKED_OUT = {
    Style.PLAIN: f"“{CITATION.quote}” — TTP report, {SOURCE}, https://example.org/ttp [ttp-report-k7f3qa]",
    Style.MARKDOWN: f"> {CITATION.quote}\n>\n> — {LINKED} `ttp-report-k7f3qa`",
    Style.FOOTNOTE: f"[^ttp-report-k7f3qa]: {LINKED}: “{CITATION.quote}”",
}


@pytest.mark.parametrize("style", WORKED_OUT)
def test_a_citation_is_written_as_worked_out_by_hand(style: Style) -> None:
    assert written(CITATION, style) == WORKED_OUT[style]


def test_what_a_source_does_not_say_is_left_out() -> None:
    bare = replace(CITATION, metadata=Metadata())
    assert written(bare, Style.PLAIN).endswith("” — TTP report, ¶ 12, characters 0–40 [ttp-report-k7f3qa]")
    assert credits_of(Metadata()) == []
    assert set(csl(bare)) == {"id", "type", "title", "note", "custom"}


@pytest.mark.parametrize("style", [Style.PLAIN, Style.FOOTNOTE])
def test_a_quote_of_several_lines_stays_on_one_where_the_style_has_one(style: Style) -> None:
    assert len(written(replace(CITATION, quote="One.\n\nTwo.\r\nThree.", title="A\ntitle"), style).splitlines()) == 1


def test_the_lines_of_a_quote_stay_inside_its_quotation() -> None:
    expected = f"> One.\n>\n> Two.\n>\n> — TTP report, {SOURCE} `ttp-report-k7f3qa`"
    assert written(unlinked(quote="One.\n\n  Two."), Style.MARKDOWN) == expected


# ------------------------------------------------------------------------------------------ hostile words


@pytest.mark.parametrize("words", HOSTILE)
def test_hostile_words_show_as_themselves_in_a_markdown_quotation(words: str) -> None:
    page = shown(written(unlinked(quote=words), Style.MARKDOWN))
    assert page.kinds <= {"blockquote", "paragraph", "inline", "text", "softbreak", "code_inline"}
    assert page.text.startswith(one_line(words))
    assert page.text.endswith(CITATION.key)
    assert page.links == []


@pytest.mark.parametrize("words", [one_line(words) for words in HOSTILE])
def test_hostile_words_in_what_is_said_of_a_source_show_as_themselves(words: str) -> None:
    about = replace(ABOUT, author=(words,), publisher=words)
    page = shown(written(replace(CITATION, title=words, locator=words, metadata=about), Style.MARKDOWN))
    assert page.text.count(words) == 4
    assert page.links == [ABOUT.url]
    assert page.kinds <= {"blockquote", "paragraph", "inline", "text", "link", "code_inline"}


@settings(derandomize=True, deadline=None)
@given(st.text(alphabet=MARKUP, max_size=40))
def test_any_escaped_line_shows_as_its_own_characters(text: str) -> None:
    page = shown(escaped(one_line(text)))
    assert page.text == one_line(text)
    assert page.kinds <= {"paragraph", "inline", "text"}


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n"])
def test_every_line_of_an_escaped_text_is_escaped(end: str) -> None:
    page = shown(escaped(end.join(["a", "- b", "# c", "1. d", "> e", "===", "---"])))
    assert page.text == "a - b # c 1. d > e === ---"
    assert page.kinds == {"paragraph", "inline", "text", "softbreak"}


@settings(derandomize=True, deadline=None)
@given(st.text(alphabet=MARKUP, max_size=60))
def test_any_quote_shows_as_its_own_characters(text: str) -> None:
    page = shown(written(unlinked(quote=f"a{text}"), Style.MARKDOWN))
    assert page.text.startswith(one_line(f"a{text}"))
    assert page.kinds <= {"blockquote", "paragraph", "inline", "text", "softbreak", "code_inline"}


@pytest.mark.parametrize("style", [Style.MARKDOWN, Style.FOOTNOTE])
def test_nobody_is_mentioned_by_a_quote_a_title_or_a_link(style: Style) -> None:
    loud = "@everyone, @here, <@123456> and <@&7>"
    about = Metadata(author=(loud,), publisher=loud, url="https://example.org/@everyone")
    text = written(replace(CITATION, quote=loud, title=loud, locator=loud, metadata=about), style)
    assert re.findall(r"@everyone|@here|<[@#][!&]?\d", text) == []
    assert "](<https://example.org/%40everyone>)" in text


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "//evil.example",
        "ftp://example.org/x",
        "https://example.org/a b",
        "https://example.org/>)[click](https://evil.example",
        "https://example.org/\\",
        "https://example.org/\n# heading",
        "reports/ttp.txt",
    ],
)
@pytest.mark.parametrize("style", [Style.MARKDOWN, Style.FOOTNOTE])
def test_an_address_that_is_no_plain_web_address_is_not_linked(style: Style, url: str) -> None:
    text = written(replace(CITATION, metadata=Metadata(url=url)), style)
    assert shown(text.removeprefix("[^ttp-report-k7f3qa]: ")).links == []
    assert CITATION.title in text


# ------------------------------------------------------------------------------------------- for programs


def test_csl_json_has_the_fields_that_reference_managers_read() -> None:
    (item,) = json.loads(written(CITATION, Style.JSON))
    assert item == {
        "id": "ttp-report-k7f3qa",
        "type": "document",
        "title": "TTP report",
        "author": [{"literal": "A. Khan"}, {"literal": "B. Lee"}],
        "publisher": "Institute",
        "issued": {"date-parts": [[2022, 7, 5]]},
        "URL": "https://example.org/ttp",
        "keyword": "ttp, security",
        "note": "¶ 12, characters 0–40",
        "custom": {
            "quote": CITATION.quote,
            "doc_id": "reports/ttp.txt",
            "start": 0,
            "end": 40,
            "status": "intact",
            "licence": "CC BY 4.0",
        },
    }


@pytest.mark.parametrize(("date", "parts"), [("2022", [2022]), ("2022-07", [2022, 7]), ("2022-07-05", [2022, 7, 5])])
def test_a_date_in_csl_json_is_as_precise_as_it_was_given(date: str, parts: list[int]) -> None:
    assert csl(replace(CITATION, metadata=Metadata(date=date)))["issued"] == {"date-parts": [parts]}


@pytest.mark.parametrize("words", HOSTILE)
def test_csl_json_keeps_every_character(words: str) -> None:
    (item,) = json.loads(written(replace(CITATION, quote=words, title=words), Style.JSON))
    assert (item["custom"]["quote"], item["title"]) == (words, words)


def test_where_there_is_a_web_page_a_citation_leads_to_its_passage() -> None:
    url = "https://askbrief.example.org"
    place = f"{url}/c/ttp-report-k7f3qa"
    assert written(CITATION, Style.PLAIN, url) == f"{WORKED_OUT[Style.PLAIN]} {place}"
    for style in (Style.MARKDOWN, Style.FOOTNOTE):
        page = shown(written(CITATION, style, url))
        assert place in page.links
        assert CITATION.quote in page.text
    assert permalink(url, "größe-k7f3qa") == f"{url}/c/gr%C3%B6%C3%9Fe-k7f3qa"
