# Plain make (3.81 or later). The work is done in bootstrap.py; nothing has to be installed or activated first.
PYTHON ?= python3
BIN = .venv/bin

.PHONY: help run test test-fast browser check bench translations wheel set-up

help:
	@echo "make run           set everything up and serve on http://127.0.0.1:8000 (HOST and PORT change it)"
	@echo "make test          all tests; those that need Chromium or PostgreSQL are skipped where it is missing"
	@echo "make test-fast     tests without the slow ones, a browser and PostgreSQL, within a minute"
	@echo "make browser       only the tests that drive a browser"
	@echo "make check         ruff, mypy and djlint"
	@echo "make bench         benchmarks against other ways of ranking"
	@echo "make translations  collect the strings of the code into the catalogues and compile them"
	@echo "make wheel         an installable package in dist/"

run:
	@$(PYTHON) bootstrap.py run

test:
	@$(PYTHON) bootstrap.py test

test-fast:
	@$(PYTHON) bootstrap.py test -m "not slow and not browser and not postgresql"

browser:
	@$(PYTHON) bootstrap.py test -m browser

set-up:
	@$(PYTHON) bootstrap.py set-up

check: set-up
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/djlint templates --lint --quiet

bench: set-up
	@if [ -d benchmarks ]; then $(BIN)/python -m benchmarks; else \
	echo "Benchmarks live in benchmarks/, which is not in this checkout." >&2; exit 2; fi

translations: set-up
	$(BIN)/python setup.py --quiet extract_messages update_catalog compile_catalog

wheel: set-up
	$(BIN)/python -m build --no-isolation
