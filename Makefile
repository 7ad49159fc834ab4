# The commands of the project; `make` alone lists them. What they do lives in .ci/, which CI calls the same way.
# No target here may need more than Debian 12, the Swift toolchain, git and make: `deps` brings the rest.

SHELL := /bin/bash
MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help

# A missing edge in Package.swift is an error, in every build.
BUILD := swift build --explicit-target-dependency-import-check error
RELEASE := $(BUILD) -c release --static-swift-stdlib --product forge
SWIFT := Package.swift Sources Tests Webhooks

# make run CONFIG=…, make bench ARGS="--seconds 20", make fuzz ROUNDS=…, make test ARGS="--filter StoreTests"
CONFIG ?= server.yml
ARGS ?=
ROUNDS ?= 1000000

.PHONY: help demo test check format run release bench fuzz redteam soak test-thread test-address deps clean

help: ## list what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: deps ## start Forge, send it deliveries and a pull request, show what became of them, stop
	@$(BUILD) --product forge
	@.build/debug/forge demo $(ARGS)

test: deps ## run every test
	@.ci/test $(ARGS)

check: deps ## lint the format and the rules of the house
	@swift format lint --strict --parallel --recursive $(SWIFT)
	@.ci/test --filter TidyTests

format: ## rewrite the Swift files in the house format
	@swift format --in-place --parallel --recursive $(SWIFT)

run: deps ## serve with CONFIG (server.yml; start from deploy/server.example.yml)
	@test -e $(CONFIG) || { echo "forge: there is no $(CONFIG). Copy deploy/server.example.yml to it, or say make run CONFIG=FILE." >&2; exit 2; }
	@$(BUILD) --product forge
	@exec .build/debug/forge serve --config $(CONFIG) $(ARGS)

release: deps ## build the optimized binary, Swift runtime included
	@$(RELEASE)

bench: release ## measure intake against the limit of this machine
	@.build/release/forge bench intake $(ARGS)

fuzz: deps ## decode ROUNDS mutated bodies (one million)
	@FORGE_FUZZ_ROUNDS=$(ROUNDS) .ci/test --filter Fuzz $(ARGS)

redteam: deps ## attack each layer that holds without a model, and show what held
	@.ci/test --filter RedTeam $(ARGS)

soak: deps ## every round of the crash test, and every fault at every write
	@FORGE_SOAK=1 .ci/test --filter "Crash|FaultStories" $(ARGS)

test-thread: deps ## run every test under ThreadSanitizer
	@.ci/test thread $(ARGS)

test-address: deps ## run every test under AddressSanitizer, leaks included
	@.ci/test address $(ARGS)

deps: ## check the toolchain and install missing C libraries by apt
	@.ci/toolchain
	@.ci/apt

clean: ## remove everything that was built
	@rm -rf .build
