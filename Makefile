PYTHON ?= python3.11
BIN := .venv/bin
ENV := autonomy/LaneFollow-v0
RUN := runs/demo-$(shell date +%Y%m%d-%H%M%S)

.PHONY: setup demo test check

setup: .venv/installed

.venv/installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[dev]"
	touch $@

demo: setup
	$(BIN)/python scripts/train.py $(ENV) --run $(RUN)
	$(BIN)/python scripts/evaluate.py $(RUN) --env $(ENV) --json $(RUN)/evaluation.json
	$(BIN)/python scripts/record.py $(RUN) --env $(ENV) $(RUN)/drive.mp4
	@printf '\n%s\n' "$(RUN)/policy" "$(RUN)/curves" "$(RUN)/evaluation.json" "$(RUN)/drive.mp4"

test: setup check

check:
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright --pythonpath $(BIN)/python
	$(BIN)/python -m pytest -q
