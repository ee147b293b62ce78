# The two commands: `make demo` and `make test`. Both set up what they need in .venv/.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c requirements.lock
export HF_HUB_OFFLINE := 1
export MLFLOW_DISABLE_TELEMETRY := true

.PHONY: help demo test test-slow check format attach model test-ray test-spark bench bench-memory bench-kill bench-ray bench-evidence bench-baselines fuzz audit clean

help: ## what there is to make
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 18

demo: $(VENV)/base ## label and compare the op-eds of seeds/ with the shipped model
	$(BIN)/stance label seeds --out runs/demo --format csv
	$(BIN)/stance label seeds/north_quay_gazette.txt
	$(BIN)/stance compare seeds

test: $(VENV)/dev ## everything but what is marked slow
	$(BIN)/python -m pytest -q

test-slow: $(VENV)/dev ## what takes minutes
	$(BIN)/python -m pytest -q -m slow

test-ray: $(VENV)/ray ## the engine ray: identical files, workers and machines that die; minutes
	$(BIN)/python -m pytest -q -m '' tests/engines/test_ray.py tests/end_to_end/test_ray.py tests/contracts/test_engines.py

test-spark: $(VENV)/spark ## a registered model in a local Spark, which needs Java; minutes
	$(BIN)/python -m pytest -q -m '' tests/end_to_end/test_spark.py

check: $(VENV)/dev ## format, lint, types, layers
	$(BIN)/ruff format --check pipeline tests
	$(BIN)/ruff check pipeline tests
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/bandit --quiet --recursive pipeline --configfile pyproject.toml

audit: $(VENV)/dev ## known advisories against the pinned packages; asks the advisory service, so it needs the network
	@$(BIN)/pip-audit --strict --requirement requirements.lock --no-deps --disable-pip --progress-spinner off; code=$$?; \
	if [ $$code -gt 0 ]; then \
	  echo "audit: advisories were found (listed above), or the advisory service could not be asked: see above." >&2; \
	  echo "audit: without a network nothing can be said of known advisories; run this where there is one." >&2; \
	fi; exit $$code

N ?= 10000
SEED ?= 0
fuzz: $(VENV)/dev ## N mutated inputs for every target that reads what people hand in; counts in runs/fuzz/counts.json
	mkdir -p runs/fuzz
	$(BIN)/python -m tests.fuzz.drive --n $(N) --seed $(SEED) --json runs/fuzz/counts.json

format: $(VENV)/dev
	$(BIN)/ruff check --fix pipeline tests
	$(BIN)/ruff format pipeline tests

attach: $(VENV)/dev ## join the sets that ship without texts: make attach REAL=DIR UNLABELLED=DIR
	$(BIN)/stance data attach real-opeds --texts $(REAL)
	$(BIN)/stance data attach real-opeds-2 --texts $(UNLABELLED)
	$(BIN)/stance data attach real-opeds-3 --texts $(UNLABELLED)
	$(BIN)/stance data attach silver-opeds --texts $(UNLABELLED)

model: $(VENV)/dev ## train the default model again; needs the real op-eds attached (README, "Training")
	$(BIN)/stance train model --model-out models/default

bench: $(VENV)/bench ## cold start, speed against what a user would pick, what eight bits cost; the table in tests/benchmarks/
	$(BIN)/python tests/benchmarks/cold_start.py
	$(BIN)/python tests/benchmarks/speed.py
	$(BIN)/python tests/benchmarks/quantised.py
	$(BIN)/python tests/benchmarks/table.py

bench-memory: $(VENV)/dev ## peak memory of 1,000 and 100,000 op-eds
	$(BIN)/python tests/benchmarks/memory.py
	$(BIN)/python tests/benchmarks/table.py

bench-kill: $(VENV)/dev ## 200 kills at random moments
	$(BIN)/python tests/benchmarks/kill.py
	$(BIN)/python tests/benchmarks/table.py

GOLD ?=
MODEL ?= models/default
bench-evidence: $(VENV)/dev ## what a model reads: evidence deleted, names masked, oracles, rules; MODEL=DIR, GOLD=DIR
	$(BIN)/python tests/benchmarks/probes.py $(MODEL) $(if $(GOLD),--gold $(GOLD))
	$(BIN)/python tests/benchmarks/device_rules.py $(MODEL) $(if $(GOLD),--gold $(GOLD))

bench-baselines: $(VENV)/dev ## baselines and a learning curve over real op-eds, which must be attached; GOLD=DIR
	$(BIN)/python tests/benchmarks/experiments.py majority length "cue lexicon" "TF-IDF + logistic regression" \
		"frozen + logistic regression" SetFit tfidf frozen $(if $(GOLD),--gold $(GOLD))
	$(BIN)/python tests/benchmarks/learning_curve.py $(if $(GOLD),--gold $(GOLD))

bench-ray: $(VENV)/ray ## the engine ray against the local one at 50,000 sentences
	$(BIN)/python tests/benchmarks/ray_overhead.py

clean:
	rm -rf $(VENV) build dist *.egg-info

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/base: pyproject.toml requirements.lock | $(BIN)/python
	$(PIP) -e .
	touch $@

$(VENV)/dev: pyproject.toml requirements.lock | $(BIN)/python
	$(PIP) -e '.[train,dev]'
	touch $@ $(VENV)/base

$(VENV)/ray: $(VENV)/dev
	$(PIP) -e '.[ray]'
	touch $@

$(VENV)/bench: $(VENV)/dev
	$(PIP) -e '.[bench]'
	touch $@

$(VENV)/spark: $(VENV)/dev
	$(PIP) -e '.[spark]'
	touch $@
