"""Parsing XML that anybody may have written: no entity is expanded, nothing outside the file is opened."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, TypeAlias

from lxml import etree

from askbrief.errors import ReadingError

if TYPE_CHECKING:
    from collections.abc import Iterator


Element: TypeAlias = etree._Element  # noqa: SLF001 - what lxml calls the type of its elements


def parsed(data: bytes, what: str) -> Element:
    """Parse an XML file.

    Args:
        data: its bytes.
        what: what it is, for the error.

    Raises:
        ReadingError: it is not well formed, or it defines entities of its own.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise ReadingError(f"is damaged ({what}: {_reason(error)}): save it anew") from error
    _refuse_entities(root, what)
    return root


def stream(data: bytes, what: str, name: str) -> Iterator[Element]:
    """Parse an XML file that may be long, and yield its elements of a name, each of which is gone with the next.

    Raises:
        ReadingError: it is not well formed, or it defines entities of its own.
    """
    events = etree.iterparse(
        io.BytesIO(data),
        events=("end",),
        tag=f"{{*}}{name}",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
    )
    first = True
    try:
        for _, element in events:
            if first:
                _refuse_entities(element, what)
                first = False
            yield element
            element.clear()
            while element.getprevious() is not None:
                del element.getparent()[0]
    except etree.XMLSyntaxError as error:
        raise ReadingError(f"is damaged ({what}: {_reason(error)}): save it anew") from error


def _reason(error: Exception) -> str:
    return getattr(error, "msg", None) or str(error)


def _refuse_entities(element: Element, what: str) -> None:
    internal = element.getroottree().docinfo.internalDTD
    if internal is not None and any(True for _ in internal.iterentities()):  # type: ignore[attr-defined]  # lxml-stubs lacks it
        raise ReadingError(f"defines entities of its own ({what}), which are not read: save it anew")
