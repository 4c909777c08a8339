# make run    the whole system on this machine: http://127.0.0.1:8000/
# make test   every test        make check   style, types, imports, settings
# make bench  measurements      make fmt     put the code in shape
# make screenshots              the pictures of the README, taken anew
SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help run test check bench fmt screenshots venv venv-dev
BIN := .venv/bin
APPS := hotline lines operators scheduling knowledge calls analytics telephony desk

help:
	@sed -n 's/^# \(make.*\)/\1/p' Makefile

venv:
	@./hotline/launcher/venv.sh requirements.txt

venv-dev:
	@./hotline/launcher/venv.sh requirements-dev.txt

run: venv
	@exec $(BIN)/python -m hotline.launcher $(ARGS)

test: venv-dev
ifdef ARGS
	$(BIN)/python -m pytest -n $(or $(JOBS),2) --dist loadfile --no-loadscope-reorder $(ARGS)
else
	@# In two goes: a driven browser keeps an event loop running in its process, which other tests cannot share.
	@failed=0; \
	$(BIN)/python -m pytest -n $(or $(JOBS),2) --dist loadfile --no-loadscope-reorder --ignore=tests/browser || failed=1; \
	$(BIN)/python -m pytest -n $(or $(JOBS),2) --dist loadfile --no-loadscope-reorder tests/browser || failed=1; \
	exit $$failed
endif

check: venv-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/djlint --quiet --lint $(wildcard templates $(APPS:=/templates))
	SECRET_KEY=only-for-reading-the-models $(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/python -m hotline.launcher.borrow makemigrations --check --dry-run
	PUBLIC_URL=https://hotline.example.org TWILIO_ACCOUNT_SID=AC00000000000000000000000000000000 \
	TWILIO_AUTH_TOKEN=00000000000000000000000000000000 \
	$(BIN)/python -m hotline.launcher.borrow check --deploy --fail-level WARNING

bench: venv-dev
	$(BIN)/python -m bench $(ARGS)

screenshots: venv-dev
	$(BIN)/python docs/make_pictures.py

fmt: venv-dev
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .
