# `make demo` and `make test` need Python 3.11 or newer and nothing else.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMPS := .stamps
# The demo's twins keep the vendors' waits, in a clock that runs so many times as fast as ours.
SPEED := 240
PARALLEL ?= --numprocesses 2 --dist loadfile --no-loadscope-reorder
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
PEERS := .peers

.DEFAULT_GOAL := help
.PHONY: help demo demo-next-day dev test test-all check format bench bench-audiences bench-identity peers install install-dev lock clean

help: ## This list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-15s %s\n", $$1, $$2}'

demo: install ## The demo world through the whole flow; run again, nothing changes
	@$(BIN)/muster world --if-missing
	@$(BIN)/muster twins --speed $(SPEED) -- muster run

demo-next-day: install ## The demo world a day later: who entered, who left, what was sent
	@$(BIN)/muster world --next-day
	@$(BIN)/muster twins --speed $(SPEED) -- muster run

dev: install ## The Dagster UI and daemon on http://127.0.0.1:3000, on the same data
	@$(BIN)/muster world --if-missing
	@$(BIN)/muster twins -- muster dev

test: install-dev ## The default test suite
	@$(BIN)/python -m pytest -m "not slow" $(PARALLEL)

test-all: install-dev ## Every test, the slow ones too
	@$(BIN)/python -m pytest $(PARALLEL)

check: install-dev ## Lint, format, types, import rules, SQL lint
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/sqlfluff lint --processes 2 dbt_project/models dbt_project/tests

format: install-dev ## Put Python and SQL into the house format
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .
	@$(BIN)/sqlfluff fix --processes 2 dbt_project/models dbt_project/tests

bench: install-dev ## The comparison table, side by side in one run
	@$(BIN)/python -m bench

bench-audiences: install-dev ## 50, 500 and 2,000 audiences over a million people, beside a loop of counts in SQL
	@$(BIN)/python -m bench.audiences

bench-identity: install-dev ## How right matching is, on data with known truth, and how fast the graph
	@$(BIN)/python -m bench.identity
	@$(BIN)/python -m bench.identity.graph

peers: $(STAMPS)/peers ## Local servers for S3, Azure Blob and GCS; tests that need them are skipped without

install: $(STAMPS)/install ## The environment, from locked versions
install-dev: $(STAMPS)/install-dev

$(BIN)/python:
	@$(PYTHON) -c 'import sys; assert sys.version_info >= (3, 11), "Muster needs Python 3.11 or newer: make PYTHON=python3.11 …"'
	@$(PYTHON) -m venv $(VENV)

$(STAMPS)/install: requirements.lock pyproject.toml | $(BIN)/python
	@echo "installing locked versions (about a minute, once)"
	@$(PIP) install --require-hashes -r requirements.lock
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/install-dev: requirements-dev.lock $(STAMPS)/install
	@echo "installing development tools (once)"
	@$(PIP) install --require-hashes -r requirements-dev.lock
	@mkdir -p $(STAMPS) && touch $@

# Each in an environment of its own, for their dependencies are not ours.
$(STAMPS)/peers: tests/peers/requirements.txt
	@echo "installing local servers to test against (about a minute, once)"
	@$(PYTHON) -m venv $(PEERS)/python
	@$(PEERS)/python/bin/python -m pip --disable-pip-version-check --quiet install -r tests/peers/requirements.txt
	@if command -v npm >/dev/null; then npm install --prefix $(PEERS)/node --no-save --no-audit --no-fund --silent azurite@3.35.0; \
	else echo "npm is not there: no Azure Blob server"; fi
	@mkdir -p $(STAMPS) && touch $@

lock: ## Resolve versions anew (needs uv)
	uv pip compile pyproject.toml --generate-hashes --no-strip-extras --universal --python-version 3.11 \
		--no-emit-index-url --no-header --no-annotate --quiet --output-file requirements.lock
	uv pip compile pyproject.toml --extra dev --constraint requirements.lock --generate-hashes --no-strip-extras \
		--universal --python-version 3.11 --no-emit-index-url --no-header --no-annotate --quiet \
		--output-file requirements-dev.lock

clean: ## Remove the demo's data, not the environment
	rm -rf data/*
