# Two commands: `make run` serves the sample city, `make test` proves the whole. Both install what they need.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: run install install-dev test check format reference bench clean

run: install ## install, start the store, load and score the sample city, serve the map
	@exec $(BIN)/twin demo

install: $(VENV)/.installed ## Python packages, from the hash-locked file, into .venv

install-dev: $(VENV)/.installed-dev ## what tests and checks need besides, Chromium and QGIS included

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed; this is " + sys.version.split()[0] + ". Try make run PYTHON=python3.12") if sys.version_info < (3, 11) else 0'
	@$(PYTHON) -m venv $(VENV) || { echo "python3 -m venv failed; on Debian: apt-get install python3-venv"; exit 1; }

$(VENV)/.installed: requirements.lock pyproject.toml | $(VENV)/bin/python
	@echo "installing Python packages into $(VENV) (once)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.installed-dev: requirements-dev.lock $(VENV)/.installed
	@echo "installing what tests need (once)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@sh tests/install_programs.sh
	@touch $@

test: install-dev ## every test, two files at a time; one of them starts `make run` in a clone
	@$(BIN)/python -m pytest -n 2 --dist loadfile

check: install-dev ## format, lint, types; only looks when CI is set
	@if [ -n "$$CI" ]; then $(BIN)/ruff format --check . && $(BIN)/ruff check .; else $(BIN)/ruff format . && $(BIN)/ruff check --fix .; fi
	@$(BIN)/mypy
	@$(BIN)/python docs/reference/make.py --check

reference: install-dev ## write docs/reference/ from the code
	@$(BIN)/python docs/reference/make.py

clean: ## remove the private store and all that was installed
	-@[ -x $(BIN)/twin ] && $(BIN)/twin down --delete --yes
	@rm -rf $(VENV) .twin
