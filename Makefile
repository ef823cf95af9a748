# Everything from a fresh clone with Python 3.11 and make: the first target that needs it builds .venv.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
SOURCE ?= gold/kad.jsonl
MINUTES ?= 60
SEED ?= 1
SECONDS ?= 300
# a worker that compiles what it imports starts in 5 s instead of 2, and the tests start hundreds: let Python keep it
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help setup demo test test-long check format kafka bench bench-rivals soak chaos flood failpoints compose-check clean

help:  ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | sort

setup: $(VENV)/.ready  ## build the environment from the lock file

$(VENV)/.ready: requirements.lock pyproject.toml
	@command -v $(PYTHON) >/dev/null 2>&1 || { echo "$(PYTHON) is not on the PATH: install Python 3.11, or say PYTHON=/path/to/python3.11"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "installing the locked packages into $(VENV)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

demo: $(VENV)/.ready  ## the week of a coded file, end to end (SOURCE=gold/kad.jsonl)
	@$(BIN)/timelines demo $(SOURCE)

test: $(VENV)/.ready  ## all tests but those of test-long, about 10 minutes
	@$(BIN)/python -m pytest -n 5 --dist loadfile --no-loadscope-reorder -m "not long"

test-long: $(VENV)/.ready  ## the tests that take minutes
	@$(BIN)/python -m pytest -m long

check: $(VENV)/.ready  ## lint, types, import contract, generated documents
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/timelines schema --check

format: $(VENV)/.ready  ## format the code
	@$(BIN)/ruff check --fix . && $(BIN)/ruff format .

kafka: $(VENV)/.ready  ## Apache Kafka on this machine
	@$(BIN)/timelines kafka start

bench: $(VENV)/.ready  ## benchmarks, most of an hour; docs/benchmarks.md is written anew
	@$(BIN)/python -m benchmarks

bench-rivals: $(VENV)/.ready  ## environments for the other frameworks that bench compares with
	@$(BIN)/python -m benchmarks.rivals

soak: $(VENV)/.ready  ## an hour of work while workers are killed, frozen, restarted (MINUTES=60)
	@$(BIN)/python -m benchmarks.soak --minutes $(MINUTES) --keep && $(BIN)/python -m benchmarks --report

chaos: $(VENV)/.ready  ## 300 disturbances of brokers, network and workers, and what is left (SEED=1)
	@$(BIN)/python -m tests.chaos --seed $(SEED)

flood: $(VENV)/.ready  ## ten times what a worker can do, into a worker on Apache Kafka, and its memory (SECONDS=300)
	@$(BIN)/python -m tests.integration.overload.flood --seconds $(SECONDS)

failpoints: $(VENV)/.ready  ## the worker dies at every await, Kafka call and hand-over, and what it leaves is judged (POINT='...': one)
	@$(BIN)/python -m tests.chaos.failpoints $(if $(POINT),--point '$(POINT)')

compose-check: $(VENV)/.ready  ## the compose file, the image and the alerts, with the tools that judge them
	@tests/contract/compose/fetch-tools "$${XDG_CACHE_HOME:-$$HOME/.cache}/incident-timelines/tools"
	@REQUIRE_COMPOSE=1 $(BIN)/python -m pytest tests/contract/compose

clean:  ## remove what was built
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache
