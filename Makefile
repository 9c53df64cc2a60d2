# Two commands are enough: `make run` and `make test`. Both need Python ≥ 3.11 and install everything else.
SHELL := /bin/sh
.DEFAULT_GOAL := help
PYTHON ?= python3
# `make chaos` ends after so many seconds, whatever is left to try; CHAOS names files or options for it.
CHAOS_SECONDS ?= 2400
CHAOS ?=
# Options of the soak: SOAK="--minutes 2 --clients 100 --seed 7".
SOAK ?=
VENV := .venv
BIN := $(VENV)/bin
export PATH := $(CURDIR)/$(BIN):$(PATH)
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help run operator demo test chaos cluster-test soak lint format bench screenshots requirements clean clean-data

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(VENV)/.run ## Serve kez-chat at http://localhost:6969 with real NATS, Valkey and SQLite
	@$(BIN)/python -m devstack.run

operator: $(VENV)/.run ## Make an operator for /admin/ (asks for name and password, shows the second factor to scan)
	@$(BIN)/python -m devstack.manage kez operator add

demo: $(VENV)/.run ## Alice and Bob claim handles and chat on a server of their own; prints each step
	@$(BIN)/python -m devstack.demo

test: $(VENV)/.dev ## Run every test, against real servers
	@$(BIN)/python -m devstack.chromium
	@$(BIN)/python -m pytest

chaos: $(VENV)/.dev ## Kill every process in turn, and a cluster's nodes; says what nobody lost and how long it took
	@$(BIN)/python -m devstack.chromium
	@$(BIN)/python -m pytest -m "chaos or long" -n 0 --verbose --durations=0 --session-timeout=$(CHAOS_SECONDS) $(CHAOS)

cluster-test: $(VENV)/.dev ## Run the end-to-end tests on a cluster: PostgreSQL, three web processes, three NATS nodes
	@$(BIN)/python -m devstack.chromium
	@KEZ_TEST_CLUSTER=1 $(BIN)/python -m pytest -n 0 --verbose --timeout=400 $(CHAOS)

soak: $(VENV)/.dev ## Ten minutes, 500 clients, random kills in a cluster; ends with a count of what was lost
	@$(BIN)/python -m tests.chaos.soak $(SOAK)

lint: $(VENV)/.dev ## Check style, types, import directions, migrations
	ruff check .
	ruff format --check .
	mypy .
	lint-imports
	python -m devstack.manage makemigrations --check --dry-run
	DJANGO_SETTINGS_MODULE=kezsite.sigchain_settings python -m devstack.manage makemigrations --check --dry-run
	node node_modules/typescript/bin/tsc --project tests/js
	node node_modules/typescript/bin/tsc --project static/js

format: $(VENV)/.dev ## Rewrite the code in the one style
	ruff check --fix .
	ruff format .

bench: $(VENV)/.dev ## Measure against bare pieces and write docs/performance.md
	@$(BIN)/python -m bench

screenshots: $(VENV)/.dev ## Take pictures of every page into screenshots/, light and dark, narrow and wide
	@$(BIN)/python -m devstack.chromium
	@$(BIN)/python -m tests.browser.screenshots screenshots

requirements: $(VENV)/.dev ## Pin the newest allowed versions in requirements*.txt
	uv pip compile -q --upgrade --universal --generate-hashes --python-version 3.11 --no-emit-index-url \
	  --custom-compile-command "make requirements" --extra build --extra server --extra client \
	  -o requirements.txt pyproject.toml
	uv pip compile -q --upgrade --universal --generate-hashes --python-version 3.11 --no-emit-index-url \
	  --custom-compile-command "make requirements" --extra build --extra server --extra client --extra dev \
	  -c requirements.txt -o requirements-dev.txt pyproject.toml

clean: clean-data ## Remove everything that make made
	rm -rf $(VENV) node_modules screenshots *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache

clean-data: ## Forget the local server's data and secrets
	rm -rf .data

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "kez-chat needs Python 3.11 or newer: install it, or name it with make PYTHON=/path/to/python3.11"; exit 1; }
	@echo "Making a virtual environment in $(VENV)"
	@$(PYTHON) -m venv $(VENV) \
	  || { rm -rf $(VENV); echo "Python's venv module is missing: install it (Debian and Ubuntu: apt install python3-venv)"; exit 1; }

$(VENV)/.run: requirements.txt pyproject.toml package-lock.json | $(VENV)/bin/python
	@echo "Installing what the server and the command need (once, about a minute)"
	@$(BIN)/python -m pip install -q --require-hashes -r requirements.txt
	@$(BIN)/python -m pip install -q --no-deps --no-build-isolation -e .
	@$(BIN)/npm ci --omit=dev --no-audit --no-fund --loglevel=error
	@touch $@

$(VENV)/.dev: requirements-dev.txt package-lock.json $(VENV)/.run
	@echo "Installing what the tests need"
	@$(BIN)/python -m pip install -q --require-hashes -r requirements-dev.txt
	@$(BIN)/npm ci --no-audit --no-fund --loglevel=error
	@touch $@
