"""Web pages and what is made of them: HTML, saved pages (MHTML) and e-books (EPUB)."""
