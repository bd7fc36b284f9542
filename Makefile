# The commands of this checkout. `make` alone lists them.
# ARGS goes to the program behind a command: make test ARGS="tests/core -k drain"
# PYTHON chooses the Python of .venv: make setup PYTHON=python3.12
ARGS ?=
python := .venv/bin/python

.DEFAULT_GOAL := help
.PHONY: help setup demo test prove check package bench providers lock clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-9s %s\n", $$1, $$2 }' Makefile

setup: ## .venv with the locked packages, and the system packages of both the program and its tests
	@packaging/setup all

demo: ## the desk on sample accounts; without a display it is drawn into pictures
	@packaging/setup run
	@packaging/run-demo $(ARGS)

test: ## all tests: Qt off-screen with a real keyring, then a real window under Xvfb
	@packaging/setup test
	@packaging/run-tests $(ARGS)

prove: ## the promises of docs/promises.md at their full size, and the table there anew; about half an hour
	@packaging/setup test
	@packaging/prove $(ARGS)

check: ## style and types
	@packaging/setup run
	@$(python) -m ruff check .
	@$(python) -m mypy

package: ## the frozen app in dist/creditdesk, and its smoke test
	@packaging/setup test
	@$(python) -m PyInstaller --noconfirm --clean --log-level WARN --distpath dist --workpath build packaging/creditdesk.spec
	@$(python) packaging/smoke.py dist/creditdesk

bench: ## speed and memory, each figure beside its limit
	@packaging/setup run
	@packaging/provide-peers
	@$(python) -m bench $(ARGS)

providers: ## docs/providers.md anew from the definitions
	@packaging/setup run
	@$(python) packaging/providers_page.py

lock: ## packaging/lock.txt anew from pyproject.toml (needs uv)
	@packaging/lock

clean: ## removes what the other commands made
	@rm -rf .venv build dist .hypothesis .mypy_cache .pytest_cache .ruff_cache
