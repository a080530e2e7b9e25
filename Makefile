# Two commands matter: `make run` and `make test`. Each does all its own set-up.

VENV_PYTHON = .venv/bin/python
.PHONY: run charts test lint lock crash bench pictures clean help

run:  ## set up, then run the bot: the demo on http://127.0.0.1:8080 unless config.yaml says otherwise
	@scripts/setup.sh run
	@exec $(VENV_PYTHON) run_bot.py serve

charts:  ## set up what draws comparisons and trends as pictures (4 MB); `make run` keeps it from then on
	@scripts/setup.sh charts

test:  ## set up, then every check and every test
	@scripts/setup.sh dev
	@scripts/test.sh

lint:  ## put style right where a program can, then say what is left
	@scripts/setup.sh dev
	@$(VENV_PYTHON) -m ruff check --fix .
	@$(VENV_PYTHON) -m ruff format .
	@$(VENV_PYTHON) -m mypy

lock:  ## resolve pyproject.toml into the lock files (scripts/lock.sh --upgrade for newer versions)
	@scripts/lock.sh

crash:  ## kill -9 the bot 600 times under load and count what was lost (make test does 60)
	@scripts/setup.sh dev
	@CRASH_KILLS=600 $(VENV_PYTHON) -m pytest tests/crash --timeout 3600

bench:  ## measure against a bare echo bot; the figures of docs/performance.md
	@scripts/setup.sh dev
	@$(VENV_PYTHON) -m benchmarks

pictures:  ## take the README's pictures from the running product
	@scripts/setup.sh dev
	@$(VENV_PYTHON) scripts/pictures.py

clean:  ## remove what was built or measured; data/ and config.yaml stay
	@rm -rf .venv build htmlcov .coverage .coverage.* .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

help:  ## this list
	@sed -n 's/^\([a-z]*\):  ## /  make \1\t/p' Makefile
