"""The web page, the JSON API and the MCP server: the library for browsers, programs and agents."""
