# `make run` and `make test` are all that a newcomer needs; both install what is missing first.

SHELL := /bin/bash
DATA ?= ../shared/data/cifar-10
CHECKPOINT ?= ../shared/data/checkpoints/resnet20-12fca82f.th
THREADS ?= $(shell nproc)
COUNT ?= 100000
READER ?=
THALWEG = .build/release/thalweg

.PHONY: help run test build dependencies bench bench-peers fuzz onednn3 format lint clean

help:
	@echo "make run      build and run the quick start (3 minutes after the build)"
	@echo "make test     build and run every test"
	@echo "make build    build the command: $(THALWEG)"
	@echo "make bench    time the main workloads, write Benchmarks/latest.json (DATA=CIFAR-10 folder, THREADS=n)"
	@echo "make bench-peers  the same work by PyTorch and other tools (installed from PyPI), write Benchmarks/peers.json"
	@echo "make fuzz     read mutated files with every reader (COUNT=inputs, READER=name)"
	@echo "make onednn3  build and test the engine against oneDNN 3 as well"
	@echo "make format   format all sources; make lint checks them"

dependencies:
	@Scripts/install-dependencies.sh

build: dependencies
	swift build -c release --product thalweg

run: build
	$(THALWEG) quickstart

test: dependencies
	swift build -c release --build-tests
	swift test -c release --skip-build

bench: dependencies
	swift run -c release --package-path Benchmarks Bench --threads $(THREADS) --data $(DATA) --out Benchmarks/latest.json

bench-peers: dependencies
	swift build -c release --package-path Benchmarks --product Bench
	Benchmarks/Peers/run.sh --ours "Benchmarks/.build/release/Bench" --threads $(THREADS) --data $(DATA) \
	  --checkpoint $(CHECKPOINT) --out Benchmarks/peers.json

fuzz: dependencies
	swift run -c release --package-path Benchmarks Fuzz --count $(COUNT) $(if $(READER),--reader $(READER))

onednn3: dependencies
	Scripts/test-onednn3.sh

format:
	swift format -i -r --configuration .swift-format Package.swift Sources Tests Examples Benchmarks/Package.swift Benchmarks/Sources

lint:
	swift format lint -r --strict --configuration .swift-format Package.swift Sources Tests Examples Benchmarks/Package.swift Benchmarks/Sources

clean:
	rm -rf .build Benchmarks/.build
