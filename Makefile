# The two commands of the README. Both are idempotent: what is there is not made again.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: run test lint benchmark bench backtest

run: $(VENV)/.runtime
	$(BIN)/streamlit run app.py --server.port=$(or $(PORT),8501)

test: $(VENV)/.dev browser lint
	$(BIN)/python -m pytest -n $(or $(WORKERS),2) --dist loadfile

lint: $(VENV)/.dev
	$(BIN)/ruff check .

.PHONY: browser
browser:
	@sh tests/browser/install.sh
	@sh tests/report/install.sh
	@sh tests/install.sh

benchmark: $(VENV)/.dev
	$(BIN)/python -m benchmarks.public

# Verdicts against what full training really brought: hours on two cores; what is there is kept (var/backtest).
backtest: $(VENV)/.dev
	$(BIN)/python -m benchmarks.backtest.truth
	$(BIN)/python -m benchmarks.backtest.evidence
	$(BIN)/python -m benchmarks.backtest.report

# Kernels against neural-tangents, which needs an environment of its own (older numpy).
bench: $(VENV)/.dev $(VENV)-peer/.ready
	$(BIN)/python -m benchmarks.kernels --peer $(VENV)-peer/bin/python

$(VENV)-peer/.ready:
	$(PYTHON) -m venv $(VENV)-peer
	$(VENV)-peer/bin/python -m pip install --quiet --disable-pip-version-check \
	  neural-tangents==0.6.5 jax==0.4.23 jaxlib==0.4.23 numpy==1.26.4 scipy==1.11.4
	@touch $@

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "dualcore needs Python 3.11 or newer; install it and run: make PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { echo "The venv module is missing; on Debian or Ubuntu: apt install python3-venv"; exit 1; }

$(VENV)/.runtime: requirements.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(VENV)/.dev: requirements-dev.txt $(VENV)/.runtime
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@
