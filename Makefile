# Two commands do everything: `make nightly` and `make test`. Needs Python 3.11 to 3.13 and make, nothing else.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/ready
# Files stay whole, since their tests share a night; the long ones come first by their names.
BY_FILE := --dist loadfile --no-loadscope-reorder

.PHONY: setup nightly test test-slow lint docs serve lock wheel clean

nightly: $(READY)          ## one whole night: ingest .. notify
	$(BIN)/filingwatch nightly

test: $(READY)             ## every test that CI runs
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/python -m pytest -n 2 $(BY_FILE) -m "not slow"

test-slow: $(READY)        ## the tests that take minutes
	$(BIN)/python -m pytest -n 2 $(BY_FILE) -m slow

setup: $(READY)            ## .venv with the locked versions

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(None if (3, 11) <= v <= (3, 13) else f"Python 3.11 to 3.13 is needed, $(PYTHON) is {v[0]}.{v[1]}: make PYTHON=python3.11 ...")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $(READY)

docs: $(READY)             ## docs/warehouse.md anew, from the dbt project
	$(BIN)/filingwatch docs

serve: $(READY)            ## the scheduler on this machine
	$(BIN)/filingwatch serve

lint: $(READY)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

wheel: $(READY)            ## dist/filingwatch-*.whl, with flows, dbt project and watches inside
	$(BIN)/python -m pip wheel --quiet --no-deps --no-build-isolation --wheel-dir dist .

lock:                      ## requirements.lock anew; needs uv
	uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-emit-find-links --no-header --no-annotate --quiet -o requirements.lock

clean:                     ## everything that can be made again; data in var/ stay
	rm -rf $(VENV) dist build
