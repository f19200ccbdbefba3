"""Mailboxes in the mbox format: several messages in one file, each after a line that begins with "From "."""

from __future__ import annotations

import re

_DIVIDER = re.compile(rb"(?:\A|(?<=\n\n)|(?<=\r\n\r\n)|(?<=\r\r))From [^\r\n]*(?:\r\n|\n|\r)(?=[!-9;-~]+:)")
_ESCAPED = re.compile(rb"(?m)^>(?=>*From )")


def messages_in(data: bytes) -> list[bytes]:
    """Return the messages of a mailbox; of a single mail, the mail without the line of a mailbox above it.

    >>> messages_in(b"From a@b\\nSubject: x\\n\\nOne.\\n\\nFrom c@d\\nSubject: y\\n\\n>From me.")
    [b'Subject: x\\n\\nOne.\\n\\n', b'Subject: y\\n\\nFrom me.']
    """
    if not data.lstrip(b"\r\n").startswith(b"From "):
        return [data]
    data = data.lstrip(b"\r\n")
    dividers = list(_DIVIDER.finditer(data))
    if not dividers:
        return [data]
    ends = [divider.start() for divider in dividers[1:]] + [len(data)]
    return [_ESCAPED.sub(b"", data[divider.end() : end]) for divider, end in zip(dividers, ends, strict=True)]
