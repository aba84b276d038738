# Every target sets up what it needs: a machine with Python 3.11-3.13, make and the package registries is enough.
# `make demo` starts everything, ARGS="--vessels 1 --port 9000" is passed on. `make help` lists the rest.
SHELL := /bin/sh
.DEFAULT_GOAL := help

VENV := .venv
BIN := $(VENV)/bin
PY := $(BIN)/python
READY := $(VENV)/.ready
PYTHON ?= $(shell for p in python3.12 python3.11 python3.13 python3; do \
	if $$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; then echo $$p; break; fi; done)
# Tests run in three processes for two cores: many wait for a ship. Those marked alone, with limits in real time, come after, one by
# one; then the console's, two beside each other. Both get up to two more tries, which the summary names: a machine may stand still.
# Files that wait long come first, so that no process is left alone with one.
TESTS := $(addprefix tests/,fault integration simulation property architecture unit)
# In simulated time or none: they and the schedules of everything that goes wrong at once take what the tests that run alone leave of
# the cores, and yield at once. Most of their time those wait.
PATIENT := $(addprefix tests/,simulation property)
CONSOLE_TESTS := tests/e2e
# Journeys of several browsers about seconds of silence: beside another demo the page that beats would be late itself.
BY_ITSELF := tests/e2e/test_authority_ends.py
REPORTS := $(addprefix test-results/,tests.xml tests-patient.xml tests-alone.xml tests-console.xml)
WORKERS ?= 3
SCHEDULES ?= 2000
# Not by its own name: `make -n` would run it.
AGAIN := $(MAKE) --no-print-directory
MORE_TRIES := --reruns 2 -r aR --rerun-show-tracebacks
ARGS ?=

# The package index's slow hours must not fail a first start.
export UV_HTTP_TIMEOUT ?= 180
# The machine's own certificates, as pip uses them: behind a company's proxy nothing else is believed.
export UV_SYSTEM_CERTS ?= 1
CERTIFICATES := $(firstword $(wildcard /etc/ssl/certs/ca-certificates.crt /etc/pki/tls/certs/ca-bundle.crt))
ifneq ($(CERTIFICATES),)
export NODE_EXTRA_CA_CERTS ?= $(CERTIFICATES)
endif
# What Python compiled is kept, in a folder of its own: else each of a demo's programs compiles all that it imports at every start.
export PYTHONPYCACHEPREFIX ?= $(CURDIR)/.cache/bytecode
unexport PYTHONDONTWRITEBYTECODE
# One line of output per tool, no colours that a log cannot show.
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help demo test check lint lint-pyright lint-mypy lint-rest bench soak simulate evidence evidence-of-last figures screenshots ui lock clean browser fix

help: ## Say what there is to make
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' Makefile

demo: $(READY) ui ## Start everything: database, broker, ships, agents, shore, console; ARGS="..." is passed on
	@exec $(PY) -m farhelm demo $(ARGS)

NONE_OF_ARGS := { [ $$? = 5 ] && [ -n "$(ARGS)" ]; }

test: $(READY) ui browser mosquitto other-kernel ## Run all tests and SCHEDULES=2000 of `make simulate`; ARGS="-k conn" is passed on to pytest, which is called part by part
	@rm -f $(REPORTS)
	@$(PY) -m pytest -m "not soak and not alone" -r aR -n $(WORKERS) --dist loadfile --no-loadscope-reorder --junitxml=test-results/tests.xml \
		$(if $(ARGS),$(TESTS),$(filter-out $(PATIENT),$(TESTS))) $(ARGS) || $(NONE_OF_ARGS)
	@$(if $(ARGS),,tests/beside.sh "$(AGAIN) test-patient" test-results/patient.log) $(AGAIN) test-alone
	@$(PY) -m pytest -m "not soak" -n 2 --dist loadfile $(MORE_TRIES) --junitxml=test-results/tests-console.xml $(CONSOLE_TESTS) --ignore=$(BY_ITSELF) $(ARGS) || $(NONE_OF_ARGS)

.PHONY: test-alone test-patient
test-patient:
	@$(PY) -m pytest -q -m "not soak and not alone" -r aR -n 2 --dist loadfile --timeout 600 --junitxml=test-results/tests-patient.xml $(PATIENT)
	@$(PY) -m simulators.schedules --seeds $(SCHEDULES)

test-alone:
	@$(PY) -m pytest -m "alone and not soak" $(MORE_TRIES) --junitxml=test-results/tests-alone.xml $(TESTS) $(BY_ITSELF) $(ARGS) || $(NONE_OF_ARGS)

# The stores' tests on a server that has the extension. DIR is searched for extension/timescaledb.control and timescaledb.so (for
# PostgreSQL 18, readable by everybody); without it TimescaleDB 2.23.0-dev on PostgreSQL 17.5 is fetched as WebAssembly (23 MB).
TIMESCALE_TESTS := tests/integration/test_timescale_itself.py tests/integration/test_shore_store.py \
	$(wildcard tests/integration/test_store_*.py) tests/integration/test_dashboards.py tests/property/test_rollups.py tests/property/test_exactly_once.py
.PHONY: test-timescale
test-timescale: $(READY) ## Run the store's tests on TimescaleDB: one of WebAssembly, or DIR=/folder/with/the/extension for PostgreSQL 18
	@$(if $(DIR),,$(PY) -m tests.wasm_rig)
	@FARHELM_TIMESCALE="$(if $(DIR),$(abspath $(DIR)),wasm)" $(PY) -m pytest -q -m "not soak" $(TIMESCALE_TESTS) $(ARGS)

check: lint ## Lint, types, import contracts, house rules
	@echo "== house rules"; $(PY) -m pytest -q tests/architecture

lint: $(READY) ## Lint, types and import contracts, side by side: two type checkers, two cores
	@$(MAKE) --no-print-directory --output-sync=target -j2 lint-pyright lint-mypy lint-rest

lint-pyright:
	@echo "== pyright"; $(BIN)/pyright

lint-mypy:
	@echo "== mypy"; $(BIN)/mypy

lint-rest:
	@set -e; for step in "ruff check ." "ruff format --check ." lint-imports; do echo "== $$step"; $(BIN)/$$step; done

fix: $(READY) ## Let the tools repair what they can: imports, layout of code
	@$(BIN)/ruff check --fix . ; $(BIN)/ruff format .

bench: $(READY) ui browser mosquitto libmodbus ## Measure rates, bytes, latency and memory beside peers and limits, and end with a table (test-results/bench.json)
	@$(PY) -m pytest -q -s -r aR --timeout 900 tests/bench tests/fault/test_stalled_console.py -m "not soak" $(ARGS)

soak: $(READY) ui ## Run what takes long: the demo's memory for an hour, the great numbers of faults; ARGS="--duration 600" for less
	@$(PY) -m pytest -q -s --timeout 0 $(TESTS) $(CONSOLE_TESTS) tests/bench -m soak $(ARGS)

simulate: $(READY) ## Run SEEDS=2000 schedules of everything that goes wrong at once (FIRST=1 is the first seed)
	@$(PY) -m simulators.schedules --seeds $(or $(SEEDS),2000) --first $(or $(FIRST),1)

.PHONY: mutation
mutation: $(READY) ## Change control/ in one place at a time and see who notices: SAMPLE=200 SEED=1 for so many, ARGS="--modules ladder"
	@$(PY) -m tests.mutation --sample $(or $(SAMPLE),0) --seed $(or $(SEED),1) $(ARGS)

evidence: ## Run all tests, then write docs/evidence.md: each rule of command, what proves it, how that ended
	@$(MAKE) test; $(MAKE) evidence-of-last

evidence-of-last: $(READY) ## Write docs/evidence.md from the results that the last `make test` has left
	@$(PY) -m tests.evidence $(REPORTS) --output docs/evidence.md

figures: $(READY) ## Write docs/figures.md from what the last `make bench` has left
	@$(PY) -m tests.figures_page test-results/bench.json --output docs/figures.md

screenshots: $(READY) ui browser ## Renew docs/screenshots from what the console's tests saw
	@$(PY) -m pytest -q $(patsubst %,tests/e2e/test_%.py,acting console exercise history_view recorded_vessel survives)
	@mkdir -p docs/screenshots && cp $(patsubst %,test-results/%.png,admin conning exercise-panel fleet history link-back recorded-vessel trial-manoeuvre) docs/screenshots/

ui: $(READY) ## Build the console, if its sources changed
	@$(PY) hatch_build.py

lock: $(READY) ## Renew the pins of requirements.lock
	@$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-emit-find-links --custom-compile-command "make lock" --all-extras pyproject.toml -o requirements.lock

clean: ## Remove what was made; the demo's data (.demo) stays
	@rm -rf $(VENV) build dist ui/node_modules ui/dist shoreside/console test-results \
		.mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# A package of Debian for some tests: $(call by_apt,packages,whose). The lists are fetched only where they are not there or too old.
APT_INSTALL := DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends
by_apt = { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && { echo "installing $(firstword $(1)) for $(2) ..."; \
	{ $(APT_INSTALL) $(1) || { apt-get update -qq && $(APT_INSTALL) $(1); }; } >$(VENV)/$(firstword $(1)).log 2>&1; }; }

browser: $(READY)
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null \
	|| { [ -e $(VENV)/.browser ] ; } \
	|| { if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then $(call by_apt,chromium fonts-noto-core,the console's tests); \
	  else echo "fetching Playwright's Chromium for the console's tests ..."; \
		$(PY) -m playwright install chromium >$(VENV)/chromium.log 2>&1; fi && touch $(VENV)/.browser; } \
	|| echo "no Chromium to be had ($(VENV)/chromium.log says why): the console's tests will say that they did not run"

# Our access list and certificates are tried on Debian's own broker.
.PHONY: mosquitto
mosquitto: $(READY)
	@PATH="$$PATH:/usr/sbin"; command -v mosquitto >/dev/null || $(call by_apt,mosquitto,the broker's tests) \
	|| echo "no mosquitto to be had: its tests will say that they did not run"

# A peer of the measurements.
.PHONY: libmodbus
libmodbus: $(READY)
	@PATH="$$PATH:/usr/sbin:/sbin"; ldconfig -p | grep -q libmodbus || $(call by_apt,libmodbus5,the measurements beside it) \
	|| echo "no libmodbus to be had: its row will say that it was not measured"

# What this kernel was built without, CAN above all, is tried in another: a Linux that runs as an ordinary process.
.PHONY: other-kernel
other-kernel: $(READY)
	@PATH="$$PATH:/usr/sbin:/sbin"; { command -v linux.uml && command -v ip; } >/dev/null || $(call by_apt,user-mode-linux iproute2,the tests on a CAN bus) \
	|| echo "no user-mode-linux to be had: the tests on a CAN bus will say that they did not run"

# uv comes from the pins as well, then installs all the others: seconds instead of a minute.
$(READY): requirements.lock pyproject.toml
	@if [ -z "$(PYTHON)" ]; then echo "Python 3.11, 3.12 or 3.13 is needed and none is on PATH (or name it: make PYTHON=/path/to/python3.12 ...)"; exit 1; fi
	@if [ ! -x $(PY) ]; then \
		echo "making $(VENV) with $(PYTHON) ..."; \
		$(PYTHON) -m venv $(VENV) >$(VENV).log 2>&1 && rm -f $(VENV).log || { cat $(VENV).log; rm -rf $(VENV) $(VENV).log; \
		echo "This Python cannot make a virtual environment. On Debian or Ubuntu: apt-get install python3-venv"; exit 1; }; fi
	@if [ "$$($(BIN)/uv --version 2>/dev/null | cut -d ' ' -f 2)" != "$$(sed -n 's/^uv==\([^ ]*\).*/\1/p' requirements.lock)" ]; then \
		awk '/^uv==/ {on = 1} on && /^ *#/ {exit} on {print}' requirements.lock >$(VENV)/uv.txt && \
		$(PY) -m pip install --quiet --require-hashes --no-deps -r $(VENV)/uv.txt; fi
	@echo "installing the pinned packages ..."
	@$(BIN)/uv pip install --quiet --python $(PY) --require-hashes -r requirements.lock
	@$(BIN)/uv pip install --quiet --python $(PY) --no-deps --no-build-isolation -e .
	@touch $@
