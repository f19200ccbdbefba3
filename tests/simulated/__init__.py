"""The bot against a Discord that lives in this process: in memory, or over real sockets."""
