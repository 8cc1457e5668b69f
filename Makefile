# Every command of a checkout. The work is done in dev/, see dev/README.md.
# Variables: T=tests/test_x.py K=expr FAST=1 (test), FRESH=1 (run), SLOT=name (own databases),
# ODOO=/path/to/odoo, PGHOST=..., AMAZON_CONNECTOR_CACHE=/path

DEV := dev/python dev/cli.py
export T K FAST FRESH SLOT ODOO

.DEFAULT_GOAL := help
.PHONY: help demo run test drill bench lint format env stop clean clean-cache

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 14

demo: ## the main job end to end, against the sandbox
	@$(DEV) demo

run: ## web client (admin / admin) and sandbox, until Ctrl-C; FRESH=1 starts over
	@$(DEV) run

test: ## lint and all tests; T=tests/test_x.py K=expr for some, FAST=1 updates instead of installing
	@$(DEV) test

drill: ## the long property tests and fault drills, up to half an hour
	@$(DEV) drill

bench: ## speed and cost figures, as lines "BENCH {json}"
	@$(DEV) bench

lint: ## ruff, pylint-odoo, OCA checks, import rules
	@$(DEV) lint

format: ## let ruff format and fix what it can
	@$(DEV) format

env: ## print shell exports: eval "$$(make -s env)"
	@$(DEV) env

stop: ## stop what this checkout started, and the private PostgreSQL when nobody else uses it
	@$(DEV) stop

clean: ## stop, and drop this checkout's databases and run directory
	@$(DEV) clean

clean-cache: ## stop, and remove the whole cache that checkouts share
	@$(DEV) clean-cache
