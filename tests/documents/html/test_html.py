"""Web pages: the article with its headings, lists and tables, without navigation and other surroundings."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest

from askbrief.documents import html
from askbrief.errors import ParsingError
from askbrief.records import BlockKind
from tests.documents.damage import damaged
from tests.documents.wholeness import assert_whole

DOCUMENTS = Path(__file__).parents[2] / "samples" / "html"
PROSE = "The committee met on Tuesday and agreed that the bridge should be repaired before the winter. " * 4

NEWS = f"""<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Bridge closed | The Herald</title>
<meta property="og:site_name" content="The Herald"><link rel="canonical" href="https://herald.example/bridge">
<link rel="license" href="https://creativecommons.org/licenses/by/4.0/">
<script type="application/ld+json">{{"@context": "https://schema.org", "@graph": [{{"@type": "NewsArticle",
"headline": "Bridge closed", "datePublished": "2022-07-05T23:30:00-04:00", "author": [{{
"name": "Ann Reporter"}}, {{"name": "Bob Writer"}}],
"publisher": {{"@type": "Organization", "name": "Herald Media"}}}}]}}</script>
<style>p {{ color: red }}</style></head><body class="has-sidebar">
<div id="cookie-banner"><p>We use cookies to make this site better for you: accept or refuse all of them.</p></div>
<header class="site-header"><a href="/">The Herald</a></header>
<nav><ul><li><a href="/news">News</a></li><li><a href="/sport">Sport</a></li></ul></nav>
<div class="wrapper with-sidebar"><main><article class="post share-enabled"><header><h1>Bridge closed</h1>
<p class="byline">By Ann Reporter</p></header><div class="social-share"><a href="#">Share on X</a></div>
<p>{PROSE}</p><p style="display: none">Hidden words.</p><p hidden>More hidden words.</p>
<span aria-hidden="true">icon</span><h2>What happens next</h2><p>Repairs begin in <b>Au</b>gust.</p>
<ul><li>Buses go by the <a href="/r">ring road</a>.</li><li>Trains go as before<ul><li>also at night</li></ul></li></ul>
<blockquote><p>We had no choice, the mayor said.</p></blockquote>
<figure><img src="b.jpg" alt="x"><figcaption>The bridge in June.</figcaption></figure>
<table><caption>Traffic</caption><tr><th>Year</th><th>Cars</th></tr><tr><td>2021</td><td>1,200</td></tr>
<tr><td>2022</td><td>900</td></tr></table><pre><code>a = 1
  b = 2</code></pre><noscript>Turn on scripts.</noscript><script>var hidden = "scripted"</script>
<div class="related-articles"><h3>Related</h3><a href="/1">Tunnel opens</a></div>
<section id="comments" class="comments"><p>First! This is a comment that a visitor wrote below the article itself.</p>
</section></article></main><aside class="sidebar"><a href="/most">Most read</a></aside></div>
<footer><p>Copyright The Herald. All rights reserved in this and in all other countries.</p></footer></body></html>"""


def lines(page: str) -> list[str]:
    """Return each block, a heading with as many # as its level."""
    parsed = html.parse(page.encode())
    assert_whole(parsed)
    return [
        f"{'#' * block.level} {parsed.text[block.start : block.end]}".strip()
        if block.kind is BlockKind.HEADING
        else parsed.text[block.start : block.end]
        for block in parsed.blocks
    ]


def test_a_news_page_is_its_article_in_order_and_nothing_around_it() -> None:
    assert lines(NEWS) == [
        "# Bridge closed",
        "By Ann Reporter",
        PROSE.strip(),
        "## What happens next",
        "Repairs begin in August.",
        "Buses go by the ring road.",
        "Trains go as before",
        "also at night",
        "We had no choice, the mayor said.",
        "The bridge in June.",
        "Traffic",
        "Year: 2021; Cars: 1,200",
        "Year: 2022; Cars: 900",
        "a = 1\n b = 2",
    ]


def test_metadata_are_what_the_page_states() -> None:
    said = html.parse(NEWS.encode()).metadata
    assert said.title == "Bridge closed"
    assert said.author == ("Ann Reporter", "Bob Writer")
    assert said.publisher == "The Herald"
    assert said.date == "2022-07-05"
    assert said.url == "https://herald.example/bridge"
    assert said.licence == "https://creativecommons.org/licenses/by/4.0/"


@pytest.mark.parametrize(
    ("head", "date"),
    [
        ('<meta property="article:published_time" content="2021-03-04T05:06:07Z">', "2021-03-04"),
        ('<meta name="citation_publication_date" content="2019/07/05">', "2019-07-05"),
        ('<meta name="citation_date" content="2019/7">', "2019-07"),
        ('<meta name="DC.date" content="2018">', "2018"),
        ('<meta name="date" content="yesterday">', None),
        ('<meta property="article:modified_time" content="2021-03-04">', None),
        ('<script type="application/ld+json">{"@type": "Article", "dateModified": "2020-01-01"}</script>', None),
        ('<script type="application/ld+json">{not json</script>', None),
        ('<script type="application/ld+json">' + "[" * 100_000 + "</script>", None),
        ("", None),
    ],
)
def test_a_date_is_taken_where_it_is_stated_and_never_guessed(head: str, date: str | None) -> None:
    page = (
        f"<html><head>{head}</head><body><p>On 5 July 2017 it rained. {PROSE}</p><time>2016-01-01</time></body></html>"
    )
    assert html.parse(page.encode()).metadata.date == date


def test_a_time_that_is_marked_as_published_is_the_date() -> None:
    page = f'<p>{PROSE}</p><time itemprop="datePublished" datetime="2016-02-03T10:00">last week</time>'
    assert html.parse(page.encode()).metadata.date == "2016-02-03"


@pytest.mark.parametrize(
    ("page", "title"),
    [
        ("<title>Attacks rose - Monitor</title><h1>Attacks rose</h1>", "Attacks rose"),
        ("<title>Attacks rose - Monitor</title>", "Attacks rose - Monitor"),
        ('<title>Attacks rose - Monitor</title><meta property="og:site_name" content="Monitor">', "Attacks rose"),
        ("<h1>Attacks rose</h1>", "Attacks rose"),
        ("<p>Attacks rose.</p>", None),
    ],
)
def test_the_title_is_the_articles_without_the_name_of_the_site(page: str, title: str | None) -> None:
    assert html.parse(page.encode()).metadata.title == title


def test_documentation_keeps_its_sections_whatever_their_ids_are() -> None:
    page = f"""<nav class="toc"><a href="#a">Cookies</a></nav><div class="document"><div class="sphinxsidebar">
    <a href="x">Index</a></div><section id="cookies"><h1>Cookies<a class="headerlink" href="#cookies">¶</a></h1>
    <p>{PROSE}</p><section id="comments"><h2>Comments</h2><p>They begin with a hash.</p></section>
    <div id="search"><h2>Search</h2><p>It is quick.</p></div></section></div>"""
    assert lines(page) == [
        "# Cookies",
        PROSE.strip(),
        "## Comments",
        "They begin with a hash.",
        "## Search",
        "It is quick.",
    ]


def test_words_within_a_sentence_stay_whatever_their_classes_are() -> None:
    sentence = 'See <a class="related-link share" href="r">the report</a> of <span class="ad menu">July</span>.'
    page = (
        f'<header><a href="/">Site</a> and its motto</header><p>{PROSE}</p><p>{sentence}</p><a class="sr-only">Skip</a>'
    )
    assert lines(page) == [PROSE.strip(), "See the report of July."]


def test_a_box_of_facts_is_read_as_facts_and_marks_of_footnotes_are_left_out() -> None:
    page = f"""<h1>Kabul</h1><table class="infobox"><tr><th colspan="2">Kabul</th></tr><tr><th>Country</th>
    <td>Afghanistan</td></tr></table><p>{PROSE}It is old.<sup class="reference"><a href="#n">[1]</a></sup> Very.</p>
    <h2>Sources<span class="mw-editsection">[edit]</span></h2><ol><li id="n">A. Author, A Book of Cities.</li></ol>"""
    assert lines(page) == [
        "# Kabul",
        "Kabul",
        "Country: Afghanistan",
        f"{PROSE}It is old. Very.",
        "## Sources",
        "A. Author, A Book of Cities.",
    ]


@pytest.mark.parametrize(
    ("table", "rows"),
    [
        ("<tr><td>a<td>b<tr><td>c<td>d", ["a; b", "c; d"]),
        ("<thead><tr><th>A<th>B</thead><tr><td>1<td>2", ["A: 1; B: 2"]),
        ("<tr><th>A<th>B<tr><td rowspan=2>1<td>2<tr><td>3", ["A: 1; B: 2", "A: 1; B: 3"]),
        ("<tr><th colspan=2>A<th>B<tr><td>1<td>2<td>3", ["A: 1; A: 2; B: 3"]),
        ("<tr><th><th>2021<tr><th>Kabul<td>7", ["Kabul; 2021: 7"]),
        ("<tr><th>Only<th>headers", ["Only; headers"]),
        ("<tr><td><p>One.</p><p>Two.</p>", ["One.", "Two."]),
        ("<tr><td><h2>Menu</h2><td><p>One.</p><tr><td>x<td>y", ["## Menu", "One.", "x", "y"]),
        ("<tr><td><table><tr><td>a<td>b<tr><td>c<td>d</table>", ["a; b", "c; d"]),
    ],
)
def test_tables_of_data_are_rows_and_tables_of_layout_are_text(table: str, rows: list[str]) -> None:
    assert lines(f"<table>{table}</table>") == rows


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        ("one<br>two<br><br>three", ["one two", "three"]),
        ("<p>one<div>two</div>three", ["one", "two", "three"]),
        ("<dl><dt>Term<dd>Meaning</dl>", ["Term", "Meaning"]),
        ("a<!-- not this -->b<wbr>c", ["abc"]),
        ("<div role=heading aria-level=3>Head</div>text", ["### Head", "text"]),
        ("<h2>One<br>line</h2>text", ["## One line", "text"]),
        ("f&amp;f &lt;b&gt; &eacute;&nbsp;&#233; a&shy;b", ["f&f <b> é é ab"]),
        ("<details><summary>More</summary>Inside</details>", ["More", "Inside"]),
        ("text<select><option>pick</select><button>press</button>", ["text"]),
        ("x <math alttext='y'><mi>y</mi></math>", ["x y"]),
    ],
)
def test_blocks_are_what_a_browser_shows_as_blocks(page: str, expected: list[str]) -> None:
    assert lines(page) == expected


@pytest.mark.parametrize(
    "data",
    [
        "<meta charset=utf-8><p>Café – “naïve”</p>".encode(),
        "<meta charset=iso-8859-1><p>Café – “naïve”</p>".encode("cp1252"),
        "<meta charset=iso-8859-1><p>Café – “naïve”</p>".encode(),
        '<meta http-equiv="Content-Type" content="text/html; charset=windows-1252"><p>Café – “naïve”</p>'.encode(
            "cp1252"
        ),
        "<p>Café – “naïve”</p>".encode("utf-16"),
        "<meta charset=x-unheard-of><p>Café – “naïve”</p>".encode(),
        '<?xml version="1.0" encoding="windows-1252"?><html><p>Café – “naïve”</p></html>'.encode("cp1252"),
        b"\xef\xbb\xbf" + "<meta charset=koi8-r><p>Café – “naïve”</p>".encode(),
    ],
)
def test_the_encoding_is_what_is_stated_or_what_fits(data: bytes) -> None:
    assert html.parse(data).text == "Café – “naïve”"


def test_a_few_broken_bytes_are_left_out_and_noted() -> None:
    parsed = html.parse(b"<meta charset=utf-8><p>" + "Zażółć gęślą jaźń. ".encode() * 50 + b"\xff end.</p>")
    assert_whole(parsed)
    assert "jaźń. end." in parsed.text
    assert parsed.notes == ("1 character without a meaning left out",)


def test_xhtml_may_close_any_element_at_once() -> None:
    page = """<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><head><title/><script src="x"/></head>
    <body><div/><p>Words are here.</p></body></html>"""
    assert lines(page) == ["Words are here."]


def test_a_page_without_an_article_is_read_whole() -> None:
    text = html.parse((DOCUMENTS / "example-10k-1p.html").read_bytes()).text
    assert "Galaxy Gaming, Inc." in text
    assert "Title of each class; Trading symbol; Name of exchange on which registered" in text
    assert lines((DOCUMENTS / "fake-html.html").read_text())[-1] == "Column 1: Row 2, Cell 1; Column 2: Row 2, Cell 2"


def test_a_page_of_links_alone_is_read_whole() -> None:
    page = "<nav><ul>" + "".join(f"<li><a href='{n}'>Report {n}</a></li>" for n in range(3)) + "</ul></nav>"
    assert lines(page) == ["Report 0", "Report 1", "Report 2"]


def test_the_blog_is_its_post_alone() -> None:
    parsed = html.parse((DOCUMENTS / "test_blog.html").read_bytes())
    assert (
        parsed.metadata.title
        == "Does Model and Inference Parameter Matter in LLM Applications? - A Case Study for MATH"
    )
    assert parsed.metadata.date == "2023-04-21"
    assert parsed.metadata.url is not None
    assert "Research paper about the tuning technique" in parsed.text
    assert all(
        words not in parsed.text for words in ("Skip to main content", "Older Post", "Copyright", "Recent posts")
    )


def test_the_encyclopedia_is_the_article_with_its_box_its_tables_and_its_sources() -> None:
    parsed = html.parse((DOCUMENTS / "test_wikipedia.html").read_bytes())
    assert_whole(parsed)
    assert parsed.metadata.title == "Microsoft"
    assert parsed.metadata.url == "https://en.wikipedia.org/wiki/Microsoft"
    for words in (
        "Founded: April 4, 1975 in Albuquerque, New Mexico, U.S.",
        "Region: United States; Sales in billion $: 106.7; share: 50.4%",
        "Year: 2023; Revenue in million US$: 211,915; Net income in million US$: 73,307",
        "The Xbox One console, released in 2013",
        "List of mergers and acquisitions by Microsoft",
        'February 26, 1987–August 23, 2012: Microsoft "Pac-Man" logo',
    ):
        assert words in parsed.text
    for words in ("Main menu", "Privacy policy", "Create account", "[edit]", "Toggle the table of contents", "[1]"):
        assert words not in parsed.text


@pytest.mark.parametrize(
    "empty", [b"", b"   ", b"<html></html>", b"<!-- nothing -->", b"<script>x</script>", b"<p></p>"]
)
def test_a_page_without_words_has_no_text(empty: bytes) -> None:
    assert html.parse(empty).text == ""


def test_nothing_is_expanded_or_opened() -> None:
    page = """<!DOCTYPE html [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY x SYSTEM "file:///etc/passwd">]>
    <p>one &b; &x; two</p><iframe src="file:///etc/passwd"></iframe><link rel=stylesheet href="http://example.org/x.css">"""
    text = html.parse(page.encode()).text
    assert "root:" not in text
    assert "lollol" not in text


def test_a_page_nested_too_deep_is_refused() -> None:
    with pytest.raises(ParsingError, match="nested deeper"):
        html.parse(b"<div>" * 100_000 + b"deep" + b"</div>" * 100_000)


def test_spans_of_cells_cannot_multiply_the_text() -> None:
    cell = f"<td rowspan=99999 colspan=99999>{'x' * 1000}</td>"
    page = f"<table><tr><th>A</th><th>B</th></tr>{f'<tr>{cell * 20}</tr>' * 100}</table>"
    assert len(html.parse(page.encode()).text) < 3 * len(page)


@pytest.mark.parametrize("name", ["fake-html.html", "ideas-page.html", "test_blog.html"])
def test_damaged_pages_are_read_or_refused(name: str) -> None:
    for data in damaged((DOCUMENTS / name).read_bytes(), 40):
        with suppress(ParsingError):
            assert_whole(html.parse(data))


def test_elements_that_are_never_closed_are_parsed() -> None:
    assert lines("<p><font color=red>text" * 5000) == ["text"] * 5000
