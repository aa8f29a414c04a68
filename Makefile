# Every target makes .venv when it is missing and installs only what a lock has changed (tools/install).
#
#   PYTHON=/path/to/python3   interpreter for .venv, 3.11 or later
#   ARGS="..."                more arguments for the command that a target runs
#   PULSE=PATH                public data in Pulse's layout, for make demo
#   WORKERS=N                 test processes; as many as cores unless said

ARGS ?=
PULSE ?=
WORKERS ?= auto
BIN := .venv/bin
TEMPLATES := $(wildcard payments_hub/web/templates)

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help demo test check lint fmt bench bench-ingest chaos docs lock clean runtime dev
.PHONY: format rules types layers dependencies spelling templates

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

demo: runtime ## Run the whole hub with a simulated city, in the browser; stop it with Ctrl-C
	$(BIN)/payments-hub demo $(if $(PULSE),--pulse "$(PULSE)") $(ARGS)

test: dev ## Run the tests
	$(BIN)/python -m pytest -n $(WORKERS) $(ARGS)

check: lint test ## Do all that CI does: format, rules, types, layers, dependencies, spelling, templates, tests

lint: format rules types layers dependencies spelling templates ## Do what CI does before the tests

format: dev
	$(BIN)/ruff format --check .

rules: dev
	$(BIN)/ruff check .

types: dev
	$(BIN)/mypy

layers: dev
	$(BIN)/lint-imports

dependencies: dev
	$(BIN)/deptry .

spelling: dev
	$(BIN)/codespell

templates: dev
	$(if $(TEMPLATES),$(BIN)/djlint --quiet --check --lint $(TEMPLATES))

fmt: dev ## Put code and templates into the house's form
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .
	$(if $(TEMPLATES),$(BIN)/djlint --quiet --reformat $(TEMPLATES))

bench: dev ## Measure decoding, the way in beside a raw COPY, and the first page; the last line is JSON
	$(BIN)/python -m benchmarks.decode
	$(BIN)/python -m benchmarks.run $(ARGS)

bench-ingest: dev ## Measure feeds over Kafka beside a raw COPY and Kafka Connect; needs Java and Maven; the last line is JSON
	$(BIN)/python -m benchmarks.over_kafka $(ARGS)

chaos: dev ## Break things under the feeds for 25 minutes at most; the last line is JSON
	$(BIN)/python -m tests.chaos $(ARGS)

docs: dev ## Write the generated pages of docs/ anew
	$(BIN)/python tools/generate_docs.py

lock: dev ## Make the locks anew from pyproject.toml; ARGS=--upgrade takes the newest that fit
	tools/lock $(ARGS)

clean: ## Remove .venv and caches; var/, where the hub keeps its data, stays
	rm -rf .venv dist build .coverage htmlcov .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

runtime:
	@tools/install runtime

dev:
	@tools/install dev
