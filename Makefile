# The verbs of everyday work. `make run` and `make test` need nothing but Python and make; what they do stands in .ci/.

PORT ?= 8000
DATA_DIR ?= $(CURDIR)/var
export PORT DATA_DIR

PYTHON := .venv/bin/python
MANAGE := $(PYTHON) manage.py
PYTEST := $(PYTHON) -m pytest -n 2 --dist loadfile --durations 20 --durations-min 5
# What never asks the database, or looks at pages, forms and documents that are the same whatever holds the data: once is enough.
SAME_ON_EVERY_ENGINE := tests/house tests/lib/test_migrating.py tests/walks tests/kraftsamling/ui tests/kraftsamling/home tests/architecture tests/grants/test_rules.py tests/grants/test_state_machine.py \
	$(wildcard tests/grants/test_hostile_*.py) tests/grants/test_forms_sketch.py \
	tests/grants/test_permissions.py $(wildcard tests/grants/test_budget_*.py tests/grants/test_views_*.py) \
	tests/browser tests/lib/test_pdf.py tests/grants/test_decisions_letter.py tests/pilots/test_reports_pdf.py \
	tests/pilots/test_payment_documents.py tests/pilots/test_decision_documents.py tests/pilots/test_change_letters.py
TEMPLATES = $(shell find templates -name '*.html')
YES = $(filter-out 0 no off false,$(1))

# What a real installation looks like, for the checks that read the settings. Nothing is reached.
PRODUCTION = DEMO=off DEBUG=off TASKS_EAGER=off SITE_URL=https://kraftsamling.example EMAIL_HOST=mail.example \
	DEFAULT_FROM_EMAIL=noreply@kraftsamling.example SECRET_KEY=$$($(PYTHON) -c 'import secrets; print(secrets.token_urlsafe(60))') \
	DATABASE_URL=postgres://kraftsamling@db.example/kraftsamling REDIS_URL=redis://redis.example/0
DEVELOPMENT = DEMO=on DATABASE_URL= REDIS_URL=

.PHONY: run test check fix bench services \
	check-style check-templates check-types check-imports check-migrations check-translations check-deploy

run: ## start everything on this machine, with demo data: PORT=8000 DATA_DIR=var FRESH=1
	@python3 .ci/setup.py run
	@DEMO=$${DEMO:-on} $(MANAGE) up $(if $(call YES,$(FRESH)),--fresh)

test: ## the whole suite on SQLite, and again on PostgreSQL and Redis: ARGS="tests/grants -x"
	@python3 .ci/setup.py test
	@$(DEVELOPMENT) $(MANAGE) translations
	@env -u DATABASE_URL -u REDIS_URL $(PYTEST) $(ARGS)
	@$(PYTHON) .ci/services.py run $(PYTEST) $(addprefix --ignore ,$(SAME_ON_EVERY_ENGINE)) $(ARGS)

check: ## everything that can be said without running the tests; changes nothing
	@python3 .ci/setup.py check
	@$(MAKE) --no-print-directory --keep-going \
		check-style check-templates check-types check-imports check-migrations check-translations check-deploy

check-style:
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .

check-templates:
	@.venv/bin/djade --check --target-version 5.2 $(TEMPLATES)

check-types:
	$(DEVELOPMENT) .venv/bin/mypy

check-imports:
	$(DEVELOPMENT) .venv/bin/lint-imports --no-logo

check-migrations:
	$(DEVELOPMENT) $(MANAGE) makemigrations --check --dry-run

check-translations:
	$(DEVELOPMENT) $(MANAGE) translations --check

check-deploy:
	@echo "manage.py check --deploy, with the settings of a real installation"
	@$(PRODUCTION) $(MANAGE) check --deploy --fail-level WARNING

fix: ## what a tool can put right by itself
	@python3 .ci/setup.py check
	.venv/bin/ruff check --fix .
	.venv/bin/ruff format .
	@.venv/bin/djade --target-version 5.2 $(TEMPLATES)
	$(DEVELOPMENT) $(MANAGE) translations --update

bench: ## measures pages against an empty view, in the configured database: ARGS="--only start"
	@python3 .ci/setup.py check
	@DEMO=$${DEMO:-on} $(MANAGE) collectstatic --no-input -v 0
	@DEMO=$${DEMO:-on} $(MANAGE) bench $(ARGS)

services: ## a private PostgreSQL and Redis for development, until Ctrl-C
	@python3 .ci/setup.py test
	@$(PYTHON) .ci/services.py hold
