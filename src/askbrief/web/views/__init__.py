"""What the pages show, worked out from records: plain data, without templates and without the web."""
