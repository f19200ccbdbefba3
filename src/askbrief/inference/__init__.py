"""Models that run on this machine: the encoder and the reader."""
