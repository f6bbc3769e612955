# Entry points for people and CI. Each target installs what it needs first; `make help` lists them.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := build
.PHONY: help install packages build lint format test unit contract sim lab-tests pack-test demo docs lab bench interop soak clean

OUT := build
LAB ?=
sources := $(shell find src proto test testnet -type f -not -path 'src/gen/*' \( -name '*.ts' -o -name '*.proto' \))

help:
	@echo 'make demo            play the first story in a lab of network namespaces (half a minute)'
	@echo 'make test            everything that CI runs'
	@echo 'make build           compile; the executable is dist/main.js'
	@echo 'make lint format     check the style; apply it'
	@echo 'make bench           measure against floors; prints a table, writes JSON to $(OUT)/bench'
	@echo 'make interop         try routing daemons of other Debian releases; prints a matrix (minutes, and downloads)'
	@echo 'make docs            write docs/configuration.md and docs/reasons.md anew from the code'
	@echo 'make soak            ten minutes of a thousand checks on busy cores: no false withdrawal'
	@echo 'make lab LAB=<name>  play a story of testnet/stories, or open a shell in a topology; make lab lists them'

# npm writes this file last, so it tells whether what is installed is what the lock file says. Not `npm ci`: from npm 11
# on it refuses a lock file without the optional binaries of other platforms, which a partial registry mirror lacks.
node_modules/.package-lock.json: package.json package-lock.json
	npm install --no-save --loglevel=error
	@touch $@

install: node_modules/.package-lock.json

packages:
	@testnet/packages.sh

$(OUT)/.gen: node_modules/.package-lock.json buf.yaml buf.gen.yaml $(shell find proto -name '*.proto')
	@rm -rf src/gen && mkdir -p $(OUT)
	node_modules/.bin/buf generate
	@touch $@

$(OUT)/.built: $(OUT)/.gen tsconfig.json tsconfig.test.json $(sources)
	@rm -rf dist $(OUT)/src $(OUT)/test $(OUT)/testnet
	node_modules/.bin/tsc -p tsconfig.json
	node_modules/.bin/tsc -p tsconfig.test.json
	@node --input-type=module -e "import { configJsonSchema } from './dist/config/json-schema.js'; \
	  console.log(JSON.stringify(configJsonSchema(), null, 2))" > dist/vipcast.schema.json
	@chmod +x dist/main.js
	@touch $@

build: $(OUT)/.built

lint: build
	node_modules/.bin/oxlint --type-aware --deny-warnings
	node_modules/.bin/oxfmt --check

format: install
	node_modules/.bin/oxfmt

unit contract sim: build
	@test/run.sh $@

lab-tests: build packages
	@test/run.sh lab

pack-test: build
	@test/run.sh pack

test:
	@test/all.sh

demo: build packages
	@node $(OUT)/testnet/main.js demo

lab: build packages
	@node $(OUT)/testnet/main.js '$(LAB)'

bench: build packages
	@node $(OUT)/test/bench/main.js

# ROWS='gobgp birdUpstream-bird3' plays the rows whose names begin so.
interop: build packages
	@node $(OUT)/test/interop/main.js $(ROWS)

# SOAK_SECONDS=60 makes it short.
soak: build packages
	@node $(OUT)/test/soak/main.js

# Pages that are made from the code; a test fails when they are stale.
docs: build
	@node $(OUT)/test/docs/generate.js

clean:
	rm -rf dist $(OUT) src/gen
