"""The models, loaded before the first question, so that nobody waits for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from askbrief.answering.reader.model import packaged_reader
from askbrief.ranking.encoders import open_encoder

if TYPE_CHECKING:
    from askbrief.ranking.encoder import Encoder
    from askbrief.settings import Settings

_FIRST = "what do the sources say?"


def ready_encoder(settings: Settings) -> Encoder:
    """Open the encoder and let it encode a first text, which loads the model; the reader is loaded meanwhile.

    Raises:
        ModelError: a model cannot be used.
    """
    if settings.reader:
        packaged_reader().begin()
    encoder = open_encoder(settings)
    encoder.encode_query(_FIRST)
    return encoder
