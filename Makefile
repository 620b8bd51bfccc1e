PYTHON ?= python3.11
BIN := .venv/bin
ENV := autonomy/LaneFollow-v0
OLDEST := $(shell sed -n 's/.*"gymnasium>=\([^,]*\),.*/\1/p' pyproject.toml)
RUN := runs/demo-$(shell date +%Y%m%d-%H%M%S)

.PHONY: setup demo test check rllib pages

setup: .venv/installed

.venv/installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[dev]"
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --upgrade \
	    --target .venv/gymnasium-$(OLDEST) gymnasium==$(OLDEST)
	touch $@

demo: setup
	$(BIN)/python scripts/train.py $(ENV) --run $(RUN)
	$(BIN)/python scripts/record.py $(RUN) $(RUN)/drive.mp4
	$(BIN)/python scripts/evaluate.py $(RUN) --json $(RUN)/evaluation.json
	@printf '\n%s\n' "$(RUN)/policy" "$(RUN)/curves" "$(RUN)/evaluation.json" "$(RUN)/report.html" \
	    "$(RUN)/drive.mp4"

test: setup check

check:
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright --pythonpath $(BIN)/python
	$(BIN)/python -m pytest -q -n auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder
	GYMNASIUM=$(OLDEST) PYTHONPATH=$(CURDIR)/.venv/gymnasium-$(OLDEST) $(BIN)/python -m pytest -q \
	    tests/test_worlds.py tests/test_world_refusals.py tests/test_world_states.py \
	    -k "LaneFollow or ArmReach"

# Ray wants a Gymnasium of its own, so an environment of its own
rllib: .venv/rllib/installed
	.venv/rllib/bin/python -m pytest -q tests/test_other_libraries.py -k RLlib

.venv/rllib/installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv/rllib
	grep -v "^gymnasium==" constraints.txt > .venv/rllib/constraints.txt
	.venv/rllib/bin/pip install --quiet --disable-pip-version-check \
	    -c .venv/rllib/constraints.txt -e ".[dev,rllib]"
	touch $@

pages: setup
	for page in docs/worlds/*.md; do \
	    $(BIN)/python scripts/info.py autonomy/$$(basename $$page .md) --markdown > page.md && \
	    mv page.md $$page || exit 1; \
	done
