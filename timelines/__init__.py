"""The command `timelines`: the thinnest module, the only importer of everything."""

import evaluation  # noqa: F401 - first of all: how many threads numpy has is settled there
