# `make` alone lists the targets. Every target sets up what it needs.
PYTHON ?= python3
VENV := .venv
PEERS := .venv-peers
BIN := $(VENV)/bin
STAMP := $(VENV)/.set-up
DIR ?= .credstream
STACK ?= .kafka
# Processes that tests share out among them. On real servers, of which each starts its own, a
# quarter of the time is waiting: one more fills it.
JOBS ?= 2
SERVER_JOBS ?= $(shell expr $(JOBS) + 1)

# Tests start hundreds of processes, and each would compile the whole project again.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help

help: ## list the targets
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

setup: $(STAMP) ## make .venv with hash-locked packages, wheels only

# uv installs in a quarter of the time; where it may not or cannot, pip does.
LOCKED := --quiet --require-hashes --only-binary :all:
PIP := $(BIN)/python -m pip install --disable-pip-version-check $(LOCKED)
INDEX = $(or $(PIP_INDEX_URL),$(shell $(PYTHON) -m pip config get global.index-url 2>/dev/null))
UV = $(BIN)/uv pip install --python $(BIN)/python --compile-bytecode $(LOCKED) $(if $(INDEX),--default-index $(INDEX))

$(STAMP): requirements/setup.txt requirements/dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(0 if (3, 11) <= v <= (3, 13) else f"Python 3.11 to 3.13 is needed, this is {v[0]}.{v[1]}: make PYTHON=python3.13 …")'
	$(PYTHON) -m venv $(VENV)
	{ $(PIP) -r requirements/setup.txt && $(UV) -r requirements/dev.txt; } || $(PIP) -r requirements/dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $(STAMP)

run: setup ## run the whole exchange on an embedded broker, with the examples
	$(BIN)/credstream run --dir $(DIR)

test: setup $(VENV)/.stack ## run every test, on the embedded broker and on real servers
	$(BIN)/python -m pytest -n $(JOBS) --dist loadfile --no-loadscope-reorder
	$(BIN)/python -m pytest -n $(SERVER_JOBS) --dist loadfile --no-loadscope-reorder --broker kafka

# What is too long for each commit: property tests at their full depth, in both worlds, new files
# for every reader, and the long kill tests.
test-long: setup $(VENV)/.stack ## run the deep property tests, the fuzzer and the long kill tests
	$(BIN)/python -m pytest -n $(JOBS) -m hypothesis --hypothesis-profile nightly
	$(BIN)/python -m pytest -n $(JOBS) -m hypothesis --hypothesis-profile nightly --broker kafka tests/unit
	$(BIN)/python -m pytest -n $(JOBS) -m "long or long_on_servers" --long --dist loadfile --broker kafka
	$(BIN)/python -m pytest -n $(JOBS) -m long --long
	$(MAKE) fuzz SECONDS=300
	$(MAKE) chaos

chaos: setup $(VENV)/.stack ## the long kill tests: workers, brokers, database, registry
	$(BIN)/python -m tests.chaos.long

attack: setup $(VENV)/.stack ## an hour with a hostile provider on real servers (SECONDS=1800 a half)
	$(BIN)/python -m tests.chaos.attack --seconds $(or $(SECONDS),1800)

fuzz: setup ## change files at random for SECONDS=60 (FORMAT=ob2; by itself those of all)
	$(BIN)/python -m tests.fuzz $(FORMAT) --seconds $(or $(SECONDS),60)

check: setup ## lint, types, import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

kafka-get: setup $(VENV)/.stack ## get the programs of kafka-up, which else gets them itself
	@$(BIN)/python -m deploy.kafka get --dir $(STACK)

kafka-up: setup $(VENV)/.stack ## start Apache Kafka (NODES=3), schema registry and PostgreSQL
	@$(BIN)/python -m deploy.kafka up --dir $(STACK) $(if $(NODES),--nodes $(NODES)) $(if $(PORT),--port $(PORT))

kafka-down: setup ## stop them; WIPE=1 forgets their data
	@$(BIN)/python -m deploy.kafka down --dir $(STACK) $(if $(WIPE),--wipe)

kafka-status: setup ## tell how they are
	@$(BIN)/python -m deploy.kafka status --dir $(STACK)

$(VENV)/.stack: requirements/stack.txt $(STAMP)
	$(UV) -r requirements/stack.txt || $(PIP) -r requirements/stack.txt
	@touch $@

bench: setup $(VENV)/.stack $(PEERS)/.set-up ## measure the gate, hostile files, starts, the runtime beside its peers, the services
	$(BIN)/python -W ignore -m benchmarks.gate
	$(BIN)/python -m benchmarks.hostile
	$(BIN)/python -m benchmarks.start
	$(BIN)/python -m benchmarks.embedded
	$(BIN)/python -m benchmarks.runtime --peers $(PEERS)
	$(BIN)/python -m benchmarks.pipeline

$(PEERS)/.set-up: requirements/peers.txt
	$(PYTHON) -m venv $(PEERS)
	$(PEERS)/bin/python -m pip install --disable-pip-version-check $(LOCKED) -r requirements/peers.txt
	@touch $@

golden: setup ## write the golden files anew; then read the diff
	UPDATE_GOLDEN=1 $(BIN)/python -m pytest tests/golden -q

docs: setup ## write the generated tables of docs/ anew
	$(BIN)/python -m tests.support.docs

format: setup ## format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

LOCK := $(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --only-binary :all: --no-header --no-annotate
lock: setup ## lock the requirements anew
	for name in setup base dev stack peers; do $(LOCK) requirements/$$name.in -o requirements/$$name.txt; done

clean: ## remove what the targets made
	rm -rf $(VENV) $(PEERS) .credstream .kafka .fuzz build dist *.egg-info .mypy_cache .ruff_cache .import_linter_cache .hypothesis

.PHONY: help setup run test test-long chaos attack fuzz check kafka-get kafka-up kafka-down kafka-status bench golden docs format lock clean
