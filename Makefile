# ALIA Watch. `make demo` shows the main job; `make test` passes the checks. Both set everything up first.
PYTHON ?= python3
# Empty is off: the tests start hundreds of processes, and each would compile every library anew.
export PYTHONDONTWRITEBYTECODE :=
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready
TESTS  := $(BIN)/python -m pytest -q
# One more than there are processors: some tests wait for others rather than work.
WORKERS := $(shell expr $$(getconf _NPROCESSORS_ONLN) + 1)
BENCH  := VIRTUAL_ENV=$(CURDIR)/$(VENV) $(BIN)/uv pip install --quiet --require-hashes -r requirements/bench.txt
COMPILE := $(BIN)/uv pip compile --universal --generate-hashes --no-emit-index-url --no-emit-find-links \
           --custom-compile-command "make lock" --python-version 3.11 --quiet

.DEFAULT_GOAL := help
.PHONY: help demo test compiled run fmt lint types unit integration faults peers cover bench audit docs image lock clean

help:            ## list the targets
	@grep -E '^[a-z]+: .*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):[^#]*## */  \1\t/' | expand -t 16

# --- set-up: a virtual environment from the pinned, hash-checked lists ---------------------------------------------
$(READY): requirements/dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "ALIA Watch needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) -V 2>&1). Try: make PYTHON=python3.11" >&2; exit 2; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || command -v uv >/dev/null || \
	  { echo "This Python cannot make a virtual environment. On Debian or Ubuntu: apt install python3-venv" >&2; exit 2; }
	@rm -rf $(VENV)
	@if command -v uv >/dev/null; then uv venv --quiet --python $(PYTHON) $(VENV); \
	 else echo "Setting up $(VENV) (once)"; $(PYTHON) -m venv $(VENV) \
	   && awk '/^[a-z0-9]/ {on = /^uv==/} on' requirements/dev.txt > $(VENV)/uv.txt \
	   && $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r $(VENV)/uv.txt; fi
	@UV=$$(command -v uv || echo $(BIN)/uv); export VIRTUAL_ENV=$(CURDIR)/$(VENV); \
	 $$UV pip sync --quiet --require-hashes requirements/dev.txt \
	 && $$UV pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

demo: $(READY)   ## play the simulated winter into demo/
	@$(BIN)/alia-watch demo

test: $(READY)   ## lint, types and every test that needs Python packages alone
	@$(MAKE) --no-print-directory --jobs=2 lint types compiled
	@$(TESTS) -n $(WORKERS) -m "not peers and not nightly" tests

# Once, beside the type checker: each of the workers would do it for itself.
compiled: $(READY)
	@$(TESTS) --collect-only tests > $(VENV)/collected.txt || { cat $(VENV)/collected.txt; exit 1; }

run: $(READY)    ## the daemon, on config.toml
	@$(BIN)/alia-watch run

fmt: $(READY)    ## format, and mend what can be mended
	@$(BIN)/ruff check --quiet --fix . ; $(BIN)/ruff format --quiet .

lint: $(READY)   ## style, bug patterns, format
	@$(BIN)/ruff check --quiet . && $(BIN)/ruff format --quiet --check .

types: $(READY)  ## mypy --strict
	@$(BIN)/mypy

unit: $(READY)   ## the rules alone
	@$(TESTS) -n $(WORKERS) -m "not nightly" tests/unit tests/property tests/test_architecture.py

integration: $(READY) ## the parts together, over real SQLite, HTTP and SMTP
	@$(TESTS) -n $(WORKERS) -m "not peers and not nightly" tests/integration tests/golden tests/test_docs.py

faults: $(READY) ## what happens when things break; NIGHTLY=1: the long form too
	@$(TESTS) -n $(WORKERS) -m "not peers$(if $(NIGHTLY),, and not nightly)" tests/faults

peers: $(READY)  ## what needs programs beyond Python packages
	@sh tests/peers/install.sh && $(BENCH) && $(TESTS) -m peers tests

cover: $(READY)  ## branch coverage of src/ and the outbox
	@$(BIN)/coverage erase && $(BIN)/coverage run -m pytest -q -n $(WORKERS) -m "not peers and not nightly" tests; $(BIN)/coverage combine --quiet; $(BIN)/coverage report

bench: $(READY)  ## the figures quoted in docs/
	@$(BENCH) && $(BIN)/python -m benchmarks

audit: $(READY)  ## hashes, licences and known vulnerabilities of what is pinned; what cannot be looked up fails
	@$(BENCH) && $(BIN)/python -m tests.audit

docs: $(READY)   ## rewrite docs/cli.md from the command line
	@$(BIN)/python -m alia_bot.cli.reference > docs/cli.md

image: ## build the container image
	@for b in docker podman buildah; do if command -v $$b >/dev/null && $$b info >/dev/null 2>&1; then exec $$b build -t alia-watch .; fi; done; \
	 echo "No container builder answers here (docker, podman, buildah): the image was not built." >&2; exit 1

lock: $(READY)   ## pin the requirements anew
	@$(COMPILE) --output-file requirements/runtime.txt pyproject.toml && $(COMPILE) --extra dev --output-file requirements/dev.txt pyproject.toml \
	 && $(COMPILE) --extra bench --output-file requirements/bench.txt pyproject.toml

clean:           ## remove what was made
	@rm -rf $(VENV) demo dist .coverage* .mypy_cache .ruff_cache .pytest_cache
