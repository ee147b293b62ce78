"""Public labelled sets that a user has on disk, as articles to learn from; one file per format."""
