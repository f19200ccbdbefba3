"""Where passages are kept and searched: the protocol, and one folder an engine."""
