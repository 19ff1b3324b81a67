# The commands of people and of CI: the same ones.
#   make            build (release)
#   make run        install what is missing, build, echo bot, one simulated call, keep serving (ONCE=1: end)
#   make simulate   random calls under the virtual clock (SEEDS=1000)
#   make simulate-fleet   random fleets under the virtual clock
#   make test       install what is missing, run every test
#   make bench      measure everything here, rewrite BENCHMARKS.md's tables and plots
#   make lines      cache lines that a message of one call in a thousand fetches, held to a budget
#   make bench-load a server under many calls beside bare echo servers (ARGS="--calls 500")
#   make bench-watch what pages that watch calls cost a server
#   make stall-load a server that is stopped for 100 ms, 200 times, under load (ARGS="500")
#   make soak-proxy faults on both sides of the proxy, again and again, and what they leave
#   make fleet-test three nodes, Redis and PostgreSQL on this machine, killed, cut and restarted under calls
#   make check-bots public bots called as each platform, directly and behind the proxy
#   make check      lint, tests and sanitizers

SHELL := /bin/bash
.DEFAULT_GOAL := build
# Warnings are errors: see Package.swift.
export SIDETONE_STRICT ?= 1

# Address sanitizer and Swift's tests: XCTest has a leak of its own, and no test here needs it; Foundation's
# are in the list.
ASAN := ASAN_OPTIONS=detect_leaks=1 LSAN_OPTIONS=suppressions=$(CURDIR)/scripts/lsan-suppressions:print_suppressions=0
# How many random calls.
SEEDS ?= 1000
.PHONY: build command setup run simulate simulate-fleet test test-core test-release asan asan-core tsan ubsan kernels neon fuzz breaks breaks-sample recording \
  dependents lint check-deploy check-bots soak-proxy fleet-test docs man format bench lines bench-load bench-watch stall-load check clean

setup:
	@scripts/setup

build: setup
	swift build -c release

# The command alone, optimised: without the benchmarks and the examples.
command: setup
	swift build -c release --product sidetone

run: command
	@scripts/run-echo

# Every promise checked, under the virtual clock: make simulate SEEDS=10000
simulate: command
	.build/release/sidetone simulate --seeds $(SEEDS)

# Fleets of up to thousands of nodes, their router checked: two minutes.
simulate-fleet: command
	.build/release/sidetone simulate --fleet --seeds 300

test: setup
	scripts/test

# AudioEngine and Telephony alone: needs no libwebsockets.
test-core:
	@scripts/setup --core
	SIDETONE_CORE=1 scripts/test --core --scratch-path .build-core

# Kernels at -O2 as well as at -O0.
test-release: setup
	scripts/test -c release --scratch-path .build-release

asan: setup
	$(ASAN) scripts/test --sanitize=address --scratch-path .build-asan

# The half without sockets, which also shows that it builds and passes alone.
asan-core:
	@scripts/setup --core
	SIDETONE_CORE=1 $(ASAN) scripts/test --core --sanitize=address --scratch-path .build-asan-core

# Only what has threads: the rest computes on one.
tsan: setup
	scripts/test --live-only --sanitize=thread --scratch-path .build-tsan

# The C kernels under the undefined behaviour sanitizer: a finding traps.
ubsan: setup
	swift test --disable-xctest -Xcc -fsanitize=undefined -Xcc -fsanitize-trap=undefined \
	  --scratch-path .build-ubsan --filter 'CPCMKernelsTests|AudioEngineTests'

lint:
	scripts/lint

# Units, alert rules and scripts of deploy/, by the programs that read them.
check-deploy:
	scripts/check-deploy

# Manual pages, into .build/man: man -l .build/man/sidetone-serve.1
man: command
	.build/release/sidetone man --into .build/man

# What one looks through, of pages and docstrings, into .build/docs/site; llms.txt beside it.
docs: setup
	scripts/make-docs --llms
	scripts/make-docs

# The kernels alone, under gcc and clang, at -O0 and -O2, under sanitizers, and NEON under qemu.
kernels: setup
	scripts/check-kernels gcc
	scripts/check-kernels clang
	scripts/check-kernels sanitize

neon:
	scripts/setup --neon
	scripts/check-kernels neon

# A minute for each fuzzer; `make fuzz SECONDS=600` for more.
fuzz: setup
	scripts/fuzz-kernels $(or $(SECONDS),60)
	scripts/fuzz-decoders $(or $(SECONDS),60)

# Breaks each promise on purpose and sees a check go red.
breaks: setup
	scripts/break-promises

# One of them in the kernels, one in the engine, one in the wire text: what builds in a minute or two.
breaks-sample: setup
	scripts/break-promises --sample

# Fresh packages that depend on this one by its path.
dependents: setup
	scripts/check-dependents

format:
	swift format -i -r Package.swift Sources Tests Examples
	git ls-files '*.c' '*.h' '*.cpp' | xargs grep -L GENERATED | xargs clang-format-14 -i

bench:
	@scripts/setup --bench
	swift run -c release Benchmarks --json .build/benchmarks.json --curves .build/curves.json --markdown BENCHMARKS.md
	swift run -c release Benchmarks --budget --json .build/budgets.json --markdown BENCHMARKS.md
	scripts/plot-benchmarks .build/benchmarks.json .build/curves.json .build/budgets.json docs/plots

# The same figures on every machine, loaded or not.
lines: setup
	scripts/count-lines

# One processor for the server, one for the load: leave the machine alone meanwhile.
bench-load: setup
	scripts/bench-load --markdown BENCHMARKS.md $(ARGS)

# What 20 pages of the console cost beside 1,000 calls: leave the machine alone meanwhile.
bench-watch: setup
	scripts/bench-watch $(ARGS)

# Two hundred stops of the server, and nobody may hear one.
stall-load: setup
	scripts/stall-load $(ARGS)

# Unmodified public bots from PyPI, called as each platform does, directly and behind the proxy. Needs PyPI, so
# it is not part of `check`.
check-bots: setup
	scripts/check-bots

# Ten minutes of calls through the proxy whose peers are killed, stopped, flood, fall silent.
soak-proxy: setup
	scripts/soak-proxy

# Three nodes under calls: one killed, Redis and PostgreSQL away, all restarted; then, as root, one node's cables cut
# one by one. Fourteen minutes.
fleet-test: setup
	scripts/fleet-test
	scripts/fleet-cuts

# Ten minutes of a call with stalls, barge-ins and lost messages, recorded, beside what its caller heard.
recording: setup
	SIDETONE_LONG=1 swift test --disable-xctest --filter SimulatedRecordingTests

# What .ci/run has no time for comes with it: other sanitizers, every break, fuzzers for a minute each.
check: lint docs check-deploy test test-core test-release kernels lines dependents asan tsan ubsan breaks fuzz recording soak-proxy fleet-test simulate-fleet

clean:
	rm -rf .build .build-*
