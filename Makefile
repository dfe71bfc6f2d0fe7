# `make run` sets everything up and starts it; `make test` sets everything up and checks it.

SHELL := /bin/sh
VENV ?= .venv
BIN := $(VENV)/bin
SAMPLES ?= ../shared/samples
RESULTS := test-results
PYTEST_WORKERS ?= 2
export SAMPLES

# The newest Python from 3.11 on that really runs: a version manager's shims may be on the path without a version.
define FIND_PYTHON
for python in python3.14 python3.13 python3.12 python3.11 python3 python; do \
  if "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then break; fi; \
  python=; \
done
endef

NO_PYTHON := Python 3.11 or newer is needed and none is on the path; on Debian or Ubuntu: sudo apt-get install python3 python3-venv
NO_VENV := This Python cannot make virtual environments; on Debian or Ubuntu: sudo apt-get install python3-venv
NO_NODE := Node 20 or newer is needed for the tests (never to run the explorer); on Debian or Ubuntu: sudo apt-get install nodejs npm

# Checks look at a folder of their own, never at a user's.
CHECKED := DATA_DIR=$(CURDIR)/$(RESULTS)/data

PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet --quiet

.PHONY: run test lint types unit browser node-tests processes ground-truth bench lock clean check-node chromium

run: $(VENV)/installed-runtime
	@EXPLORER_STOP_WITH_PARENT=1 exec $(BIN)/neuron-explorer serve

$(BIN)/python:
	@$(FIND_PYTHON); \
	if [ -z "$$python" ]; then echo "$(NO_PYTHON)" >&2; exit 2; fi; \
	echo "Setting up $(VENV) with $$("$$python" --version 2>&1)."; \
	"$$python" -m venv --clear "$(VENV)" >/dev/null || { rm -rf "$(VENV)"; echo "$(NO_VENV)" >&2; exit 2; }

$(VENV)/installed-runtime: requirements.lock pyproject.toml | $(BIN)/python
	@echo "Installing the locked packages (half a minute when nothing is cached)."
	@$(PIP) install --require-hashes -r requirements.lock
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/installed-dev: requirements-dev.lock pyproject.toml | $(BIN)/python
	@echo "Installing the locked packages and the tools for the tests."
	@$(PIP) install --require-hashes -r requirements-dev.lock
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@ $(VENV)/installed-runtime

check-node:
	@node -e 'process.exit(Number(process.versions.node.split(".")[0]) < 20 ? 1 : 0)' 2>/dev/null \
	  || { echo "$(NO_NODE)" >&2; exit 2; }

node_modules/.package-lock.json: package-lock.json package.json | check-node
	@echo "Installing the locked JavaScript tools."
	@npm ci --no-audit --no-fund --silent
	@touch $@

# In the order in which a mistake is cheapest to find; the first one that fails stops the rest.
test: $(VENV)/installed-dev node_modules/.package-lock.json
	@mkdir -p $(RESULTS) && rm -f $(RESULTS)/*.xml
	@$(MAKE) --no-print-directory lint
	@$(MAKE) --no-print-directory types
	@$(MAKE) --no-print-directory unit
	@$(MAKE) --no-print-directory node-tests
	@$(MAKE) --no-print-directory processes
	@$(MAKE) --no-print-directory browser

lint: $(VENV)/installed-dev node_modules/.package-lock.json
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	find templates -name '*.html' -print0 | xargs -0 -r $(BIN)/djade --target-version 5.2 --check
	npx --no-install biome ci static tests/js

types: $(VENV)/installed-dev node_modules/.package-lock.json
	npx --no-install tsc --noEmit
	$(BIN)/mypy
	$(BIN)/lint-imports
	@mkdir -p $(RESULTS)/data
	$(CHECKED) $(BIN)/python manage.py makemigrations --check --dry-run
	$(CHECKED) $(BIN)/python manage.py check --deploy --fail-level WARNING

unit: $(VENV)/installed-dev
	@mkdir -p $(RESULTS)
	$(BIN)/python -m pytest -n $(PYTEST_WORKERS) -m "not browser and not processes" --junitxml=$(RESULTS)/unit.xml

node-tests: node_modules/.package-lock.json
	@mkdir -p $(RESULTS)
	node --test --test-reporter=spec --test-reporter-destination=stdout \
	  --test-reporter=junit --test-reporter-destination=$(RESULTS)/node.xml $(wildcard tests/js/*.test.js tests/js/*.test.mjs)

processes: $(VENV)/installed-dev
	@mkdir -p $(RESULTS)
	@chromium=$$($(BIN)/python .ci/chromium.py) || exit 2; \
	CHROMIUM="$$chromium" $(BIN)/python -m pytest -n $(PYTEST_WORKERS) -m processes --dist loadfile -rP --junitxml=$(RESULTS)/processes.xml

browser: $(VENV)/installed-dev node_modules/.package-lock.json
	@mkdir -p $(RESULTS)
	@chromium=$$($(BIN)/python .ci/chromium.py) || exit 2; \
	echo "Chromium: $$chromium"; \
	CHROMIUM="$$chromium" $(BIN)/python -m pytest -n $(PYTEST_WORKERS) -m browser --junitxml=$(RESULTS)/browser.xml

ground-truth: $(VENV)/installed-dev
	$(BIN)/python -m pytest -m ground_truth -rP

bench: $(VENV)/installed-dev
	$(BIN)/python -m tests.bench

lock: $(VENV)/installed-dev
	@$(BIN)/python .ci/lock.py

clean:
	rm -rf build $(RESULTS) staticfiles .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
