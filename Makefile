# Needs git, make and Python >= 3.11 with venv; everything else is installed into .venv/ from requirements/*.lock.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
DEMO := results/rational_choice

# Installed files need their bytecode: without it every start imports three times slower.
unexport PYTHONDONTWRITEBYTECODE
unexport PYTHONPATH
unexport PYTHONHOME

.PHONY: install demo test test-slow theory published studies lessons schemas docs torture fuzz coverage mutation lint bench bench-quick clean

install: $(STAMP)

$(STAMP): pyproject.toml requirements/installer.lock requirements/full.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
		{ echo "Python 3.11 or newer is needed: sudo apt-get install python3 python3-venv, then make PYTHON=python3 $(MAKECMDGOALS)"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
		{ echo "Python's venv is missing: sudo apt-get install python3-venv"; exit 1; }
	$(PYTHON) -m venv --clear $(VENV)
	@if $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r requirements/installer.lock \
	    && $(BIN)/uv --version >/dev/null 2>&1; then \
		echo "installing with uv"; \
		$(BIN)/uv pip install --quiet --system-certs --python $(BIN)/python --require-hashes --compile-bytecode -r requirements/full.lock && \
		$(BIN)/uv pip install --quiet --system-certs --python $(BIN)/python --no-build-isolation --no-deps --compile-bytecode -e . ; \
	else \
		echo "installing with pip (no uv for this platform)"; \
		$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/full.lock && \
		$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps -e . ; \
	fi
	@touch $(STAMP)

demo: $(STAMP)
	$(BIN)/compliance map rational_choice --out $(DEMO)/map
	@# results of an earlier version are refused: they are made anew
	$(BIN)/compliance sweep rational_choice --out $(DEMO)/sweep || \
		{ status=$$?; test $$status -eq 2 || exit $$status; \
		  rm -rf $(DEMO)/sweep && $(BIN)/compliance sweep rational_choice --out $(DEMO)/sweep; }
	$(BIN)/compliance figures $(DEMO)/sweep --out $(DEMO)/figures

test: $(STAMP)
	$(BIN)/python -m pytest -n 2 -m "not slow" --durations=15

# Browsers, clusters, faults, built archives, and every page followed: tests/conftest.py.
test-slow: $(STAMP)
	$(BIN)/python -m pytest -n 2 -m slow --durations=15

# Every result of the theory, exactly and by simulation, as a table in docs/.
theory: $(STAMP)
	$(BIN)/compliance theory

# Hundreds of kills, faults and damages; a few of each are in the tests.
torture: $(STAMP)
	$(BIN)/python -m tests.parameter_sweeps.faults --rounds 200

# The page about the published experiment, a few minutes.
published: $(STAMP)
	$(BIN)/compliance calibrate published_tiers --out results/published_tiers
	cp results/published_tiers/published_tiers.md results/published_tiers/published_tiers.png docs/

# Every study: run, drawn, judged, and written down in docs/studies/.
studies: $(STAMP)
	$(BIN)/compliance figures --all --docs docs/studies

# The lessons, run and written down in docs/lessons/.
lessons: $(STAMP)
	$(BIN)/python -m teaching.rendered

# What editors know of YAML files, in docs/schema/.
schemas: $(STAMP)
	$(BIN)/compliance schema --out docs/schema

# The documentation as a site, in build/docs/, which needs no network to read.
docs: $(STAMP)
	$(BIN)/python -m teaching.manual
	$(BIN)/python -m sphinx -W --keep-going -q -b html docs build/docs

# Hostile files of every kind, for half an hour; a few of each are in the tests.
fuzz: $(STAMP)
	$(BIN)/python -W ignore -m tests.fuzzing --minutes 30

# Lines and branches that the tests reach; fails below 95 %.
coverage: $(STAMP)
	$(BIN)/python -m tests.covered

# Would the tests notice a slip? docs/mutation_testing.md
mutation: $(STAMP)
	$(BIN)/python -m tests.mutation --sample 170 --seed 1 --jobs 2

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# A little of everything, to see that it runs.
bench-quick: $(STAMP)
	$(BIN)/python -m tests.bench --quick
	$(BIN)/python -m tests.bench.sweep --quick
	$(BIN)/python -m tests.bench.batch --quick

bench: $(STAMP)
	$(BIN)/python -m tests.bench
	$(BIN)/python -m tests.bench.sweep
	$(BIN)/python -m tests.bench.batch
	$(BIN)/python -m tests.bench.dashboard

clean:
	rm -rf $(VENV) results build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
