"""Every fault that a disk, a clock, a kill or a crowd can bring, tried often on small real indexes, and counted."""
