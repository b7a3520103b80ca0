# One verb per job; local = CI. `make` alone lists them.

# Debian's own interpreter is built with optimisation; a hand-made one often is not and imports a third slower.
PYTHON ?= $(firstword $(wildcard /usr/bin/python3.11) python3.11)
BIN := .venv/bin
HOME_DIR ?= var
DEMO := $(HOME_DIR)/demo
DATE ?= $(shell date +%F)
# In the order of the folders: integration tests, the longest, come before the many short ones that fill the end.
TESTS := -m "not benchmark and not fuzz and not long and not soak" -n 2 --dist loadfile --no-loadscope-reorder
# A run starts a dozen processes; each would compile every module anew where bytecode is not kept.
unexport PYTHONDONTWRITEBYTECODE
export OTKLIK_REAL_DATA ?= $(abspath ../shared/data)

.DEFAULT_GOAL := help

.PHONY: help
help: ## List the verbs
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 18

.PHONY: setup
setup: .venv/.ready ## Make the locked, hashed environment in .venv

.venv/.ready: requirements/lock.txt requirements/bootstrap.txt pyproject.toml
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 is needed; name it with PYTHON=/path/to/python3.11"; exit 2; }
	test -x $(BIN)/python || $(PYTHON) -m venv --without-pip .venv
	$(BIN)/python tools/pip-26.3-py3-none-any.whl/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/bootstrap.txt
	$(BIN)/uv pip sync --quiet --compile-bytecode --python $(BIN)/python --require-hashes requirements/lock.txt requirements/bootstrap.txt
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	touch $@

.PHONY: run
run: setup $(DEMO)/sources.yaml ## Publish a snapshot of an invented region in ./var
	$(BIN)/otklik run --home $(HOME_DIR) --sources $(DEMO)/sources.yaml

$(DEMO)/sources.yaml: | setup
	$(BIN)/otklik demo --out $(DEMO) --posts 5000 --messages 8000 --days 90 --seed 1

.PHONY: real
real: setup ## Publish the three real data sets of OTKLIK_REAL_DATA into ./var/real
	$(BIN)/otklik run --home $(HOME_DIR)/real --sources examples/saint-petersburg/sources.yaml \
		--sources examples/perm/sources.yaml --sources examples/enron/sources.yaml --as-of 2021-04-26T00:00:00+03:00

.PHONY: check
check: setup ## Lint, formatting, types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

.PHONY: hooks
hooks: setup ## Let `git commit` run `make check` first
	$(BIN)/pre-commit install

.PHONY: test
test: setup check ## Everything CI runs
	$(BIN)/pytest $(TESTS)

.PHONY: coverage
coverage: setup ## How much of the code the tests run, in processes of its own too; takes half as long again as the tests
	$(BIN)/pytest -q $(TESTS) --cov --cov-report=term

.PHONY: properties
properties: setup ## Property tests with as many cases as are promised; long
	OTKLIK_PROPERTY_CASES=200 $(BIN)/pytest -q tests/unit/ingestion tests/integration/test_delivery_invariance.py \
		tests/integration/test_late_and_changed_data.py tests/faults/test_looking_back.py

.PHONY: fuzz
fuzz: setup ## 1,000 mutated files of each of the 20 formats, and what became of them; half an hour
	$(BIN)/pytest -m fuzz -s -q tests/faults/test_mutated_files.py

.PHONY: soak
soak: setup ## Runs killed and starved at every stage, a hundred kills at any instant, 200 publishes under readers; hours
	$(BIN)/pytest -q -m soak -s tests/faults tests/integration --ignore tests/faults/test_server_stack.py

.PHONY: stack
stack: setup ## Web server, daemon and monitor over PostgreSQL behind nginx with a login, on loopback, and a scheduled run; minutes
	$(BIN)/pytest -q -m soak -s tests/faults/test_server_stack.py

.PHONY: accept
accept: setup ## Accept a changed asset graph, JSON Schema, metric, columns of a dbt source or of privacy.md, after reading the difference
	$(BIN)/otklik source schema > docs/sources.schema.json
	$(BIN)/python -m otklik.stages.dbt_sources
	$(BIN)/python -m otklik.privacy.published_columns
	$(BIN)/python -m otklik.warehouse.metrics
	$(BIN)/python -m otklik.warehouse.superset
	$(BIN)/pytest -q tests/integration/test_asset_graph.py --snapshot-update

.PHONY: models
models: setup ## Learn the word weights of intents anew from nlp/lexicons/intent_examples.csv
	$(BIN)/python -m nlp.intent_training

.PHONY: evaluate
evaluate: setup ## Score every task on OTKLIK_REAL_DATA and on generated truth into docs/evaluation.md; minutes
	$(BIN)/python -m lab.evaluation.page --data $(OTKLIK_REAL_DATA) --date $(DATE) --out docs/evaluation.md

.PHONY: benchmark
benchmark: setup ## Ratios and growth exponents; long
	$(BIN)/pytest -m benchmark -q

.PHONY: lock
lock: setup ## Resolve dependencies anew into requirements/lock.txt
	$(BIN)/uv pip compile pyproject.toml --group build --group dev --generate-hashes --no-annotate --no-header --upgrade --output-file requirements/lock.txt
	$(BIN)/uv pip compile --group pyproject.toml:sbom --generate-hashes --no-annotate --no-header --upgrade --output-file requirements/sbom.txt

.PHONY: postgres
postgres: setup ## Start a PostgreSQL on loopback under ./var/postgres, to publish to; says how to connect and how to end it
	$(BIN)/python -m tests.postgres_server --data $(HOME_DIR)/postgres

.PHONY: sbom
sbom: setup ## The bill of materials of the lock, as CycloneDX, into ./sbom.json
	test -x .venv/sbom/bin/python || $(BIN)/uv venv --quiet --python $(BIN)/python .venv/sbom
	$(BIN)/uv pip sync --quiet --python .venv/sbom/bin/python --require-hashes requirements/sbom.txt
	.venv/sbom/bin/cyclonedx-py requirements requirements/lock.txt --pyproject pyproject.toml --output-reproducible --of JSON -o sbom.json

.PHONY: audit
audit: setup ## Is the lock pinned and hashed, and is what it says installed, whole and licensed? Needs no network
	$(BIN)/python tools/audit_lock.py requirements/lock.txt

.PHONY: wheelhouse
wheelhouse: setup ## Every locked package in ./wheelhouse, and an environment made of it without a network
	$(BIN)/python tools/pip-26.3-py3-none-any.whl/pip download --quiet --disable-pip-version-check --require-hashes --no-deps \
		-r requirements/lock.txt -r requirements/bootstrap.txt -d wheelhouse
	$(BIN)/uv build --quiet --wheel --offline --no-build-isolation --out-dir wheelhouse
	tools/reinstall_offline wheelhouse

.PHONY: clean
clean: ## Remove what runs made; the environment stays
	rm -rf $(HOME_DIR) dbt_project/target dbt_project/logs
