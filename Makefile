# Every target sets itself up: it creates a virtual environment in .venv with the exact versions of constraints.txt.
.DEFAULT_GOAL := help
.PHONY: help setup ask build bot serve check test test-fast format eval refit calibrate reader bench torture clean

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready
# The question exactly as it was typed: make does not expand a $ in it, and the shell does not interpret its quotes.
override export Q := $(value Q)

help: ## Show this list
	@printf 'askbrief: ask your own documents\n\n'
	@sed -nE 's/^([a-z-]+):.*## (.*)$$/  make \1|\2/p' Makefile | while IFS='|' read -r target what; do \
		printf '%-18s %s\n' "$$target" "$$what"; done
	@printf '\nExample: make ask Q="how many TTP fighters are in Afghanistan?"\n'

setup: $(READY) ## Install everything into .venv

$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' || { \
		echo 'askbrief needs Python 3.11, 3.12 or 3.13: make PYTHON=python3.12 ...' >&2; exit 2; }
	@echo 'askbrief: setting up .venv (once; a few minutes, most of it for PyTorch)'
	@$(PYTHON) -m venv $(VENV) || { \
		echo 'askbrief: this Python cannot create virtual environments (on Debian: apt install python3-venv)' >&2; exit 2; }
	@$(BIN)/python -m pip --disable-pip-version-check install --no-input -c constraints.txt -e '.[dev]' \
		| sed -nE 's/^(Collecting|Downloading|Installing|Successfully|Building) ?([^ ]*).*/  \1 \2/p' \
		| cut -c 1-78; test -x $(BIN)/askbrief -a -x $(BIN)/pytest
	@touch $(READY)
	@echo 'askbrief: .venv is ready'

ask: $(READY) ## Answer a question: make ask Q="how many ...?"
	@test -n "$$Q" || { echo 'askbrief: what is the question? make ask Q="how many ...?"' >&2; exit 2; }
	@$(BIN)/askbrief build --quiet
	@$(BIN)/askbrief ask -- "$$Q" || test $$? -eq 1 # 1: the sources don't say, which is a valid answer

build: $(READY) ## Bring index/ up to date with seeds/
	@$(BIN)/askbrief build

bot: $(READY) ## Start the Discord bot
	@$(BIN)/askbrief build --quiet
	@exec $(BIN)/askbrief-bot

serve: $(READY) ## Serve the web page and the API on this machine
	@$(BIN)/askbrief build --quiet
	@exec $(BIN)/askbrief serve

check: $(READY) ## Lint, format, types and architecture
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test: $(READY) ## Run all tests, with coverage
	$(BIN)/pytest

# The lanes that are left out are explained in CONTRIBUTING.md.
test-fast: $(READY) ## Run the fast tests, without coverage, in under a minute
	$(BIN)/pytest --no-cov -q --hypothesis-profile=fast \
		-m 'not model and not process and not discord and not server and not slow'

format: $(READY) ## Format the code and fix what can be fixed automatically
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

eval: $(READY) ## Measure on question sets: make eval SETS="dir dir"
	$(BIN)/askbrief eval $(SETS)

refit: $(READY) ## Fit all weights for the model of the settings: make refit SETS="dir dir"
	$(BIN)/python -m benchmarks.refit $(SETS)

calibrate: $(READY) ## Fit only the verdict again: make calibrate SETS="dir dir"
	$(BIN)/python -m benchmarks.refit $(SETS) --only verdict

reader: $(READY) ## Train the reader, two hours: make reader DATA=spans.jsonl.gz
	@test -n "$(DATA)" || { echo 'askbrief: which data? make reader DATA=spans.jsonl.gz (training/README.md)' >&2; exit 2; }
	$(BIN)/python -m pip --disable-pip-version-check install --quiet -r training/requirements.txt
	test -f training/work/questions.jsonl || $(BIN)/python -m training.prepare $(DATA) training/work
	$(BIN)/python -m training.train training/work training/run
	$(BIN)/python -m training.export training/run src/askbrief/inference/reader_weights
	$(BIN)/python -m training.curves training/run docs/images/reader-training.png

bench: $(READY) ## Measure speed, quickly: make bench SETS="dir dir"
	@test -n "$(SETS)" || { echo 'askbrief: which question sets? make bench SETS="dir dir"' >&2; exit 2; }
	$(BIN)/python -m pip --disable-pip-version-check install --quiet -c constraints.txt -r benchmarks/requirements-quick.txt
	$(BIN)/python -m benchmarks.cold_start --rounds 5
	$(BIN)/python -m benchmarks.encoding $(SETS) --passages 60 --rounds 3
	$(BIN)/python -m benchmarks.lexical_search $(SETS)
	$(BIN)/python -m benchmarks.dense_search $(SETS)
	$(BIN)/python -m benchmarks.building $(SETS) --sizes 1000
	$(BIN)/python -m benchmarks.whole_question $(SETS) --sizes 1000

torture: $(READY) ## Try kills, full disks, damage, wrong clocks, crowds and bad input, and count (half an hour)
	$(BIN)/python -m benchmarks.torture

clean: ## Remove the environment, the index and caches (not seeds/ or state/)
	rm -rf $(VENV) index .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis .coverage*
