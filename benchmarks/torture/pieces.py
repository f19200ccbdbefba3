"""Difficult input: strategies for text, bytes, names, JSON and YAML, composed of problematic parts."""

from __future__ import annotations

import json

from hypothesis import strategies as st

_CHARACTERS = (
    *("\0", "\x07", "\x1b[31m", "\x7f", "\x85", "\u00a0", "\u00ad", "\u200b", "\u200f", "\u202e", "\u2028", "\u2029"),
    *("\ufeff", "\ufffe", "\uffff", "\ud800", "\udcff", "\U0010ffff", "\u0301", "\u0345", "é", "e\u0301", "ß", "ſ"),
    *(
        "İ",
        "ı",
        "ǆ",
        "ﬀ",
        "ﷺ",
        "Ω",
        "\u1e9e",
        "ﬃ",
        "😀",
        "👩‍👩‍👧",
        "中文",
        "한",
        "العربية",
        "עברית",
        "हिन्दी",
        "ไทย",
        "。",
        "！",
    ),
    *("²", "½", "Ⅷ", "٣٤", "१२", "①", "𝟛", "〇", "一", "௧௦௦", "𐄇", "%", "‰", "$", "€", "°", "′", "″"),
)
_WORDS = (
    "attacks Brenk the committee met in May how many who when fighters PRA (PRA) U.S. U.N.'s al-Qaeda O'Neill's it's "
    "rock'n'roll x-ray 2019 1,000 3.5 1,2,3 1.2.3 1e999 0x1F -1 +7 00 99999999999999999999999 10% $5m 2019-20 "
    "2019-02-30 0000-00-00 9999-12-31 10000 31/12/2020 1/2 12th 1st twenty-one million dozen half nil percent o'clock"
).split()
_PHRASES = (
    "in the last 99999999999999999999 years",
    "over the past 0 days",
    "since 9999",
    "before the year 0000",
    "between 2019 and 1066",
    "31 February 2020",
    "until 2020-13-45",
    "in the last ² weeks",
    "since ٢٠١٩",
    "from 20٣٤ to ½",
    "May ①, 2019",
    "last month of this decade",
    "in the 2020s or the '90s",
    "according to the ((((",
    "difference between and versus compared with",
    'also known as "" or “the”',
    "what does ... stand for?",
    "not no never without",
    "twenty-twenty-twenty million billion trillion",
    "one hundred and and ten thousand",
    "'; DROP TABLE shown; --",
    "\\1 \\g<0> (?P<a>",
    "%s %d {0} {} ${HOME} `id`",
    "[bold red]x[/] [/] [link=file:///etc/passwd]",
    "NEAR(a b) AND OR NOT *",
    "<@1> @everyone https://x.y/?a=b#c",
)
_LAYOUT = (
    "\n",
    "\n\n",
    "\r\n",
    "\r",
    "\t",
    "\f",
    "\v",
    "    ",
    "---\n",
    "...\n",
    "===\n",
    "# ",
    "## x\n",
    "- ",
    "1. ",
    "> ",
)
_MARKS = (
    *tuple("\"'`“”‘’«»()[]{}<>|*_~#&@!?.,;:/\\-–—=+^$"),
    "![",
    "](",
    "[^1]:",
    "```",
    "&#0;",
    "&#x110000;",
    "|-|\n",
)
_YAML = (
    *("title: ", "date: ", "author: [", "tags:\n- ", "&a ", "*a", "!!python/object:os.system ", "? ", ": ", "{", "}"),
    *(
        "[",
        "]",
        "|\n  ",
        ">\n  ",
        "<<: ",
        "%YAML 1.2\n",
        "--- ",
        "'",
        '"',
        "# ",
        "~",
        "null",
        "2022-07-05",
        "2022-99",
        "1:20",
    ),
)

_piece = st.one_of(
    st.sampled_from(_CHARACTERS),
    st.sampled_from(_WORDS),
    st.sampled_from(_PHRASES),
    st.sampled_from(_LAYOUT),
    st.sampled_from(_MARKS),
    st.text(max_size=6),
)
hostile_text = st.one_of(
    st.text(max_size=60),
    st.lists(_piece, max_size=25).map(" ".join),
    st.lists(_piece, max_size=25).map("".join),
    st.tuples(_piece, st.integers(1, 700)).map(lambda given: given[0] * given[1]),
    st.tuples(st.lists(_piece, max_size=6).map(" ".join), st.sampled_from((2, 30, 400))).map(lambda g: g[0] * g[1]),
)
"""Text as people, programs and attackers write it, including lone surrogates, which argv may contain."""

_MARK = {"utf-8-sig": b"", "utf-16": b"", "utf-32": b"", "utf-16-le": b"", "cp1252": b"", "koi8-r": b"", "utf-7": b""}
hostile_bytes = st.one_of(
    st.binary(max_size=200),
    hostile_text.map(lambda text: text.encode("utf-8", "replace")),
    hostile_text.map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.tuples(hostile_text, st.sampled_from(sorted(_MARK))).map(lambda given: given[0].encode(given[1], "replace")),
    st.tuples(hostile_text, st.binary(max_size=4), st.integers(0, 100)).map(
        lambda given: (whole := _encoded(given[0]))[: given[2]] + given[1] + whole[given[2] :]
    ),
)
"""Bytes of files: arbitrary ones, and text in right and wrong encodings, truncated and mixed."""

yaml_like = st.lists(st.one_of(st.sampled_from(_YAML), _piece), max_size=20).map("".join)
"""Text that looks like YAML, and sometimes is."""

file_names = st.one_of(
    st.lists(
        st.one_of(_piece, st.sampled_from(("/", "..", ".", "-", "~", "con", ".txt", ".md", ".meta.yaml", ".tmp"))),
        max_size=6,
    )
    .map("".join)
    .map(lambda name: f"{name.strip('/')[:80]}.txt"),
    st.just("a" * 251 + ".txt"),
    st.sampled_from(
        ["aliases.yaml", "a.meta.yaml", ".hidden.txt", "a.TXT", "a.txt.txt", "a/b/c/d/e.md", " .txt", "\n.txt"]
    ),
).filter(lambda name: ".." not in name)
"""Names of files and folders below seeds/; names that a file system refuses are skipped where they are used."""

settings_values = st.one_of(
    st.sampled_from(
        ["", "0", "-1", "1", "1e999", "nan", "inf", "-inf", "0.5", "9" * 400, "true", "[]", "{}", "null", " ", "~"]
    ),
    st.sampled_from(
        ["/", "/dev/null", "/proc/self/mem", "/nonexistent/x", ".", "..", "a" * 5000, "é", "\udcff", "--help"]
    ),
    st.text(max_size=20),
)
"""Values of settings and options."""

_FIELDS = (
    "doc_id title text url date qid question answerable gold start end encoder fitted_on intercept weights strong weak "
    "generation built_at versions documents passages terms files sources path sha256 format analysis model dimension"
).split()
_VALUE = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(),
        st.text(max_size=8),
        st.sampled_from(["d", "2022", "attacks in Brenk", "../../etc/passwd", "cosine", "\0"]),
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.sampled_from(_FIELDS), inner, max_size=8)),
    max_leaves=15,
)
json_like = st.one_of(
    _VALUE.map(lambda value: json.dumps(value).encode()),
    st.fixed_dictionaries(dict.fromkeys(("doc_id", "title", "text"), _VALUE)).map(lambda v: json.dumps(v).encode()),
    st.tuples(_VALUE, st.integers(0, 60)).map(lambda given: json.dumps(given[0]).encode()[: given[1]]),
    st.just(b"[" * 100_000),
    st.just(b'{"a":' * 50_000),
)
"""JSON with the fields of our files, of every type, truncated, and deeply nested."""

_FIGURE = st.one_of(st.floats(), st.integers(-3, 3), st.sampled_from([1e308, -1e308, 800, -800]))
calibrations = st.fixed_dictionaries(
    {
        "encoder": st.text(max_size=5),
        "fitted_on": st.lists(st.text(max_size=3), max_size=2),
        "intercept": _FIGURE,
        "weights": st.dictionaries(
            st.sampled_from(["cosine", "sentence_cosine", "lead", "unanswered", "negation", "no such signal"]), _FIGURE
        ),
        "strong": _FIGURE,
        "weak": _FIGURE,
    }
).map(lambda value: json.dumps(value).encode())
"""The output of `askbrief calibrate`, with numbers of any size."""

_WHOLE = st.one_of(st.integers(-5, 60), st.sampled_from([10**20, -(10**20)]), st.none())
_NAME = st.sampled_from(["d1", "d2", "north/d3", "", " ", "é", "a\nb", "\0"])
_TEXT = st.one_of(st.sampled_from(["Officials counted 12 attacks in Brenk.", "", " "]), hostile_text)
_CORPUS = st.fixed_dictionaries(
    {"doc_id": _NAME, "title": _TEXT, "text": _TEXT},
    optional={"date": st.sampled_from(["2022", "2022-13", "yesterday", ""]), "url": st.text(max_size=5)},
)
_QUERIES = st.fixed_dictionaries(
    {
        "qid": st.sampled_from(["q1", "q2", "", " ", "q 3"]),
        "question": st.one_of(st.just("How many attacks in Brenk?"), hostile_text),
        "answerable": st.booleans(),
    },
    optional={
        "gold": st.lists(
            st.fixed_dictionaries({"doc_id": _NAME}, optional={"start": _WHOLE, "end": _WHOLE}), max_size=3
        )
    },
)
question_sets = st.tuples(st.lists(_CORPUS, min_size=1, max_size=3), st.lists(_QUERIES, min_size=1, max_size=4)).map(
    lambda both: tuple("\n".join(map(json.dumps, rows)).encode() for rows in both)
)
"""corpus.jsonl and queries.jsonl in the right form, with odd values."""


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "replace")
