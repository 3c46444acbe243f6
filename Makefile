# make        set up, then run all notebooks over seeds/     make CORPUS=my_articles
# make test   set up, then checks and all tests              make lab   JupyterLab on the notebooks
# make lint   the checks alone: style, notebooks, types
# make bench  what a run costs                               make evaluate GOLD=folder   accuracy on labelled data
SHELL := /bin/bash
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
CORPUS ?= seeds
GOLD ?=
ARGS ?=
unexport PYTHONDONTWRITEBYTECODE

.PHONY: run setup test lint lab bench kills audit sums evaluate lock clean
.DEFAULT_GOAL := run

run: setup
	@$(BIN)/python -m helpers.batch $(CORPUS) $(ARGS)

setup: $(VENV)/installed

# uv when it is there and reaches the packages, else venv and pip: the same packages, pinned. Nothing is done again until requirements.lock changes.
define install
test -x $(BIN)/python || $(PYTHON) -m venv $(VENV); \
if ! { command -v uv >/dev/null && uv pip install -q --python $(BIN)/python $(1); }; then \
  $(BIN)/python -m pip install -qq --disable-pip-version-check $(1); fi
endef

$(VENV)/ready: requirements.lock
	@echo "Setting up $(VENV) (once; a minute or more)"
	@$(call install,-r requirements.lock)
	@touch $@

# The project itself, editable: notebooks import helpers wherever they lie, and use this folder.
$(VENV)/installed: $(VENV)/ready pyproject.toml
	@$(call install,--no-deps -e .)
	@touch $@

$(VENV)/ready-to-test: $(VENV)/ready requirements-dev.txt
	@echo "Installing what the tests need"
	@$(call install,-r requirements-dev.txt)
	@touch $@

test: lint
	@$(BIN)/python -m pytest -n 2 --dist loadfile --cov=helpers --cov-report=term:skip-covered $(ARGS)

lint: $(VENV)/installed $(VENV)/ready-to-test
	@$(BIN)/ruff check .
	@$(BIN)/nbstripout --verify --keep-metadata-keys cell.metadata.tags notebooks/*.ipynb
	@$(BIN)/mypy helpers

lab: setup
	@$(BIN)/jupyter lab --ServerApp.root_dir=$(CURDIR) --LabApp.default_url=/lab/tree/notebooks/00_corpus.ipynb $(ARGS)

bench: setup
	@$(BIN)/python -m helpers.benchmark $(ARGS)

# Runs killed at random moments come to the same tables and leave nothing: 50 of them, or make kills ARGS=10.
kills: setup
	@$(BIN)/python tests/kill_runs.py $(ARGS)

# Known weaknesses of the pinned packages (asks the index of packages).
audit: $(VENV)/ready-to-test
	@$(BIN)/pip-audit --requirement requirements.lock --no-deps --disable-pip

# The hashes of word lists and model, after a change that is meant.
sums: setup
	@$(BIN)/python -m helpers.keeping.sums

evaluate: setup
	@test -n "$(GOLD)" || { echo "make evaluate needs the folder of the labelled data: make evaluate GOLD=folder"; exit 2; }
	@$(BIN)/python -m helpers.evaluation table $(GOLD) $(ARGS)

# Resolve requirements.txt anew and write the pins.
lock:
	@rm -rf .venv-lock && $(PYTHON) -m venv .venv-lock && .venv-lock/bin/pip install -qq -r requirements.txt
	@{ echo "# requirements.txt, resolved and pinned (Python 3.11): made by 'make lock'"; .venv-lock/bin/pip freeze 2>/dev/null; } > requirements.lock
	@rm -rf .venv-lock

clean:
	@rm -rf $(VENV) outputs/.annotations .pytest_cache .hypothesis .ruff_cache .mypy_cache .coverage *.egg-info
