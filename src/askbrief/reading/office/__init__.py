"""Office files: Word, PowerPoint, Excel, OpenDocument, RTF, and tables as text."""
