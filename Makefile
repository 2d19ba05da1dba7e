# Clausewatch. `make demo` and `make test` need Python 3.11 or newer and make, nothing else.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Where pip finds a CPU build of torch instead of PyPI's, which carries several GB of CUDA libraries;
# see README. Empty: the pinned build from PyPI.
TORCH_INDEX ?=
TORCH_VERSION := $(shell sed -n 's/^torch==\([0-9.]*\).*/\1/p' requirements-torch.lock)
LOCKS := requirements.lock requirements-dev.lock $(if $(TORCH_INDEX),,requirements-torch.lock)
PORT ?= 8340

.PHONY: install demo test check format lock clean

install: $(VENV)/.installed

$(VENV)/.installed: requirements.lock requirements-dev.lock requirements-torch.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Python 3.11 or newer is needed, this is " + sys.version.split()[0] + "; name another with make PYTHON=…")'
	$(PYTHON) -m venv $(VENV)
	$(if $(TORCH_INDEX),$(BIN)/pip install -q --no-deps --index-url $(TORCH_INDEX) torch==$(TORCH_VERSION))
	$(BIN)/pip install -q --no-deps --require-hashes $(LOCKS:%=-r %)
	$(BIN)/pip install -q --no-deps --no-build-isolation -e .
	@touch $@

demo: install
	@$(BIN)/clausewatch ingest samples/documents --collection contracts
	@$(BIN)/clausewatch serve --port $(PORT)

test: install
	$(BIN)/python -m pytest

check: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: install
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock:
	$(PYTHON) -m scripts.lock

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache
