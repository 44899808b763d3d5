# `make` prints this help. Two commands matter on a fresh machine: `make demo` and `make test`.
VENV ?= .venv
BIN := $(VENV)/bin
PYTHON ?= python3
FRENCH := frontend/locale/fr/LC_MESSAGES/raccord.po
# Two workers share the files, in the order of tests/conftest.py.
SHARED := -n 2 --dist loadscope --no-loadscope-reorder
export UV_LINK_MODE = copy

.DEFAULT_GOAL := help
.PHONY: help setup demo test test-fast test-browser test-agent-min check format bench connector messages clean

help: ## print this help
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(VENV)/ready ## make the environment in .venv (about half a minute)

$(VENV)/ready: infra/constraints.txt frontend/package-lock.json connectors/pyproject.toml tenant_agent/pyproject.toml platform/pyproject.toml
	@echo "Setting up $(VENV) (once)…"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --constraint infra/constraints.txt \
	    -e connectors[sql,sqlserver,files,customsql,postgresql,mariadb] -e tenant_agent -e platform[embedded,dev]
	@if command -v npm >/dev/null; then npm --prefix frontend ci --no-audit --no-fund --ignore-scripts --silent; \
	 else echo "npm is missing: pages will work, but not update by themselves."; fi
	@touch $@
	@echo "Ready."

demo: setup ## start everything here and print one address: make demo [shop=prestashop] [erp=sage100] (Ctrl-C stops it; data in .raccord)
	@PYTHONPATH=infra $(BIN)/python -m sandbox $(if $(shop),--shop $(shop)) $(if $(erp),--erp $(erp)) $(ARGS)

test: setup check ## all tests, real Tryton and Vendure included (Chromium: make test-browser)
	@$(BIN)/python -m pytest $(SHARED) $(ARGS)

test-fast: setup ## tests without the counterparts, the browser and chaos
	@$(BIN)/python -m pytest $(SHARED) -m "not counterpart and not browser and not chaos and not slow" $(ARGS)

test-browser: setup ## the pages in a real Chromium, by keyboard, at phone width, with axe
	@$(BIN)/python -m pytest -m browser tests/browser $(ARGS)

test-agent-min: setup ## build the agent's wheel, install it alone, run it
	@$(BIN)/python -m pytest tests/rules/test_agent_is_small.py

check: setup ## ruff, mypy --strict, import-linter, translations
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .
	@$(BIN)/mypy connectors/src tenant_agent/src platform/src infra/sandbox tests
	@$(BIN)/lint-imports

format: setup ## put the code in its usual form
	@$(BIN)/ruff check --fix --quiet . ; $(BIN)/ruff format .

bench: setup ## the table of budgets: figure, limit measured in the same run, ratio, verdict
	@PYTHONPATH=infra:tests $(BIN)/python -m bench $(ARGS)

connector: setup ## a new connector that already runs its tests: make connector side=shop name=acme
	@test -n "$(side)" -a -n "$(name)" || { echo 'Say: make connector side=shop name=acme   (side: erp or shop)'; exit 2; }
	@$(BIN)/python -m raccord_connectors new $(side) $(name)

messages: setup ## bring the page texts into the French catalogue, ready to be translated
	@sed '/^$$/q' $(FRENCH) > .raccord.head  # the header is ours: Babel's has the date of each run
	@$(BIN)/pybabel -q extract -F frontend/babel.cfg -k _ -k ngettext:1,2 --no-location --sort-output -o .raccord.pot frontend
	@$(BIN)/pybabel -q update -i .raccord.pot -o $(FRENCH) -l fr --omit-header --no-fuzzy-matching
	@cat .raccord.head $(FRENCH) | sed '$${/^$$/d}' > .raccord.po && mv .raccord.po $(FRENCH); rm .raccord.pot .raccord.head

clean: ## forget the environment, the demo's data and the counterparts
	rm -rf $(VENV) .raccord .counterparts
