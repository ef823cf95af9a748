"""What the project costs and how right it is, measured; `make bench`."""

import evaluation  # noqa: F401 - first of all: how many threads numpy has is settled there
