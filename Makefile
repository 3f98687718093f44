# Every verb does its own set-up in .venv; nothing else is touched. `make demo` is the place to start.
.PHONY: demo serve test check bench torture clean help setup
PY := .venv/bin/python
run_ready := .venv/.run
dev_ready := .venv/.dev

help:  ## what one can do here
	@grep -E '^[a-z]+:.*##' Makefile | sed -E 's/:.*## /\t/'

demo: $(run_ready)  ## the founding chain: suppliers' files to a battery's origin
	.venv/bin/filon demo demo

serve: $(run_ready)  ## look at the demo in a browser
	@test -f demo/filon.db || .venv/bin/filon demo demo
	.venv/bin/filon --ledger demo/filon.db serve

test: $(dev_ready) browser  ## all tests
	$(PY) -m pytest -n 2 --dist loadgroup $(PYTEST_ARGS)

check: $(dev_ready)  ## style, types, layers
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports

bench: $(dev_ready)  ## figures as ratios measured in one run
	$(PY) -m bench $(BENCH_ARGS)

torture: $(dev_ready)  ## power cuts, kills, flipped bits; writes docs/reliability.md
	PYTHONPATH=tests $(PY) -m torture $(TORTURE_ARGS)

setup: $(dev_ready)  ## only prepare .venv

$(run_ready): pyproject.toml constraints.txt scripts/setup.sh
	sh scripts/setup.sh .
	@touch $@

$(dev_ready): pyproject.toml constraints.txt scripts/setup.sh
	sh scripts/setup.sh '.[test,check]'
	@touch $@ $(run_ready)

.PHONY: browser
browser:
	@sh scripts/browser.sh

clean:  ## remove what the verbs made
	rm -rf .venv demo .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
