"""Try faults of disks, clocks, kills and crowds on small real indexes, many times, and count the results."""
