# Baton's commands. `make help` lists them. What a command installs or builds is kept by content (.cache, .tools) and made again when
# its sources change.
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

# One setting for building and testing, so that both share Go's build cache; the binary is static.
export CGO_ENABLED := 0

ONCE      := go run ./internal/tool/once
TESTCOUNT := go run ./internal/tool/testcount
PGTEST    := go run ./internal/tool/pgtest --
DIST      := internal/platform/web/dist
npm_ci     = $(ONCE) -stamp .cache/$(1)-packages $(patsubst %,-in %,$(wildcard $(1)/package.json $(1)/package-lock.json $(1)/.npmrc)) \
             -out $(1)/node_modules -- npm --prefix $(1) ci --no-fund --no-audit

run: build ## Build and start with the demo company on http://127.0.0.1:8080 (data in ./data)
	@BATON_DEMO="$${BATON_DEMO-1}" BATON_ADDR="$${BATON_ADDR:-127.0.0.1:8080}" BATON_DATA="$${BATON_DATA:-./data}" bin/baton serve

build: ui ## Build bin/baton, one file with the page inside
	@go build -ldflags '-s -w' -o bin/baton ./cmd/baton

ui: ui-packages ## Build the page
	@$(ONCE) -stamp .cache/ui-dist -in ui -out $(DIST) -- npm --prefix ui run build

ui-packages:
	@$(call npm_ci,ui)

e2e-packages:
	@$(call npm_ci,e2e)

test: setup ## Set up what the tests need and run all of them
	@$(PGTEST) sh scripts/test.sh

setup: ## Install what the tests need from Debian (as root; otherwise says what to install)
	@sh scripts/setup.sh

lint: vet staticcheck arch ## Vet, staticcheck and the direction of the imports

vet: ui
	@$(TESTCOUNT) -as vet -check -- go vet ./...

staticcheck: ui
	@$(TESTCOUNT) -as staticcheck -check -- sh scripts/staticcheck.sh ./...

arch:
	@$(TESTCOUNT) -as arch -- ./internal/arch

test-go: ui ## Go tests, on SQLite and PostgreSQL
	@$(PGTEST) $(TESTCOUNT) -as go -- -vet=off $$(go list ./... | grep -vE '/(scenario|internal/arch)$$')

test-ui: ui-types ui-lint ui-tests ## The page's types, lint and tests

ui-types: ui-packages
	@$(TESTCOUNT) -as ui-types -check -- npm --prefix ui run typecheck

ui-lint: ui-packages
	@$(TESTCOUNT) -as ui-lint -check -- npm --prefix ui run lint

ui-tests: ui-packages
	@$(TESTCOUNT) -as ui -vitest .cache/vitest-ui.json -- \
	  npm --prefix ui test -- --reporter=default --reporter=json --outputFile.json='$(CURDIR)/.cache/vitest-ui.json'

test-scenario: build ## The real binary through its HTTP API, on both databases (RUN=regexp picks some)
	@BATON_BIN='$(CURDIR)/bin/baton' $(PGTEST) $(TESTCOUNT) -as scenario -- -count=1 -vet=off -parallel 6 -timeout 20m $(if $(RUN),-run '$(RUN)') ./scenario/...

e2e: build e2e-packages ## The real binary in Chromium; pictures in e2e/shots
	@BATON_BIN='$(CURDIR)/bin/baton' $(TESTCOUNT) -as e2e -vitest .cache/vitest-e2e.json -- \
	  npm --prefix e2e test -- --reporter=default --reporter=json --outputFile.json='$(CURDIR)/.cache/vitest-e2e.json'

docs: ui ## Write docs/definitions.md from the structs of the kinds
	@go test -count=1 -vet=off ./internal/app -run TestDefinitionsAreDocumented -args -update

fuzz: ui ## Each fuzz target for FUZZTIME (default 2s)
	@sh scripts/fuzz.sh

bench: build ## Load and peers side by side (FULL=1: the long loads; ONLY=intake|reading|countdown|trial|decision|formula|condition|live|scope|dedupe|fields|lists|bulk|workbook)
	@go -C bench build -o ../bin/bench .
	@bin/bench -baton bin/baton $(if $(FULL),-full) $(if $(ONLY),-only $(ONLY))

clean: ## Remove what was built and cached; ./data stays
	@rm -rf bin .cache .tools $(DIST) ui/node_modules e2e/node_modules e2e/shots

help: ## This list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: run build ui ui-packages e2e-packages test setup lint vet staticcheck arch test-go test-ui ui-types ui-lint ui-tests test-scenario e2e docs fuzz bench clean help
