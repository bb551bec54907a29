# Each target sets up what it needs by itself: Python packages and Node in .venv, the CDK CLI through npx.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
CDK := npx --yes aws-cdk@2.1148.1
export PATH := $(CURDIR)/$(BIN):$(PATH)
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION := 1

help: ## what there is
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

.venv/ready: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Python 3.11 or newer is needed: set PYTHON=python3.x")'
	@echo "Setting up .venv (Python packages and Node; once, about a minute)"
	@$(PYTHON) -m venv .venv
	@$(BIN)/pip install --quiet --editable '.[test]' || { echo "The packages could not be installed: is there a network?" >&2; exit 1; }
	@touch $@

demo: .venv/ready ## three faults break and heal on this laptop
	@aiops demo

test: .venv/ready ## every test
	@pytest -n 2 --dist loadgroup --no-loadscope-reorder

lint: .venv/ready ## lint and types alone
	ruff check .
	ruff format --check .
	mypy

check: lint ## lint, types, the graph of the state machine, cdk-nag, cfn-lint
	pytest tests/test_graph.py tests/stack

bench: .venv/ready ## overhead, cold start, size and cost, as ratios
	@python -m bench

deploy: .venv/ready ## deploy into the AWS account of your credentials (CONTEXT="-c email=you@example.com")
	@aws_account=$$(python -c 'import boto3; print(boto3.client("sts").get_caller_identity()["Account"])' 2>/dev/null) \
	  || { echo "No AWS credentials: set AWS_PROFILE, or run 'aws configure'." >&2; exit 1; }; \
	  echo "Deploying to account $$aws_account. If it was never bootstrapped: $(CDK) bootstrap"
	@$(CDK) deploy $(CONTEXT)

.PHONY: help demo test lint check bench deploy
