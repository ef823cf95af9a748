"""One file per command; each has `register(app)` and is imported only when its command is called."""
