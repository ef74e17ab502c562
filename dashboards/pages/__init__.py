"""Pages: one file a page, found by itself; ``frame`` says what a page is, and draws what stands around it."""
