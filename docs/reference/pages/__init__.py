"""One file a page of the reference: each has a ``page()`` that gives the page's Markdown, made from the code."""
