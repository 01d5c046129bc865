# `make help` lists what there is. Each target sets up what it needs.
SHELL := /bin/sh
CV ?= tests/data/samples/ada-jensen.pdf
JOB ?= tests/data/samples/platform-engineer.txt
TEMPLATE ?= classic
OUT ?= out
PORT ?= 8000

.DEFAULT_GOAL := help
.PHONY: fuzz security sbom smoke support dead-letters run-again dashboard help setup setup-ocr frontend run dev test check types lint unit integration infrastructure bench gallery build deploy lock clean openapi

help: ## List the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 16

setup: ## Create or refresh .venv (quick when nothing changed)
	@local/setup.sh

setup-ocr: setup ## The optional engine that reads scans on this machine (about 150 MB)
	@.venv/bin/python -m uv pip install --quiet --python .venv/bin/python -r local/requirements-ocr.txt

run: setup ## One CV through the whole pipeline: make run CV=my.pdf JOB=posting.txt TEMPLATE=classic OUT=out
	@.venv/bin/cvmaker run "$(CV)" $(if $(JOB),--job "$(JOB)") --template "$(TEMPLATE)" --out "$(OUT)"

frontend: ## Build the web app (needs Node 20)
	@local/frontend.sh

dev: setup frontend ## The stack and the web app on this machine; changed functions are used at once
	@.venv/bin/cvmaker up --port $(PORT) --reload

test: setup ## Everything CI checks
	@local/test.sh

lint: setup ## ruff
	@.venv/bin/ruff check . && .venv/bin/ruff format --check .

types: setup ## mypy, strict, one function at a time (each has its own app.py)
	@.venv/bin/python local/check_types.py

unit: setup ## Unit tests only
	@.venv/bin/pytest -q tests/unit

integration: setup ## The stack, really run
	@.venv/bin/pytest -q tests/integration

infrastructure: setup ## Template, state machine and policies
	@.venv/bin/pytest -q tests/infrastructure

fuzz: setup ## Parsers and API against much more nonsense than `make test` has time for (about half an hour)
	@FUZZ_EXAMPLES=$(or $(EXAMPLES),2000) .venv/bin/pytest -q tests/unit/parse/test_fuzz.py
	@FUZZING_SECONDS=$(or $(SECONDS),600) .venv/bin/pytest -q tests/integration/api/test_api_over_http.py -k fuzzing

bench: setup ## Every figure, with peers, as medians
	@.venv/bin/python -m benchmarks

gallery: setup ## Draw every template into docs/gallery
	@.venv/bin/python -m benchmarks.render.gallery

openapi: setup ## Write docs/openapi.json and the template catalogue from the code
	@.venv/bin/python scripts/generate_api_documents.py

build: setup ## sam build without Docker, byte-compiled for Lambda: make build ARCH=x86_64
	@local/build.sh $(or $(ARCH),arm64)

deploy: build ## Guided deployment to your AWS account: make deploy [ENV=prod] [ARCH=x86_64]
	@local/sam.sh deploy --guided $(if $(ENV),--config-env "$(ENV)")

security: setup ## checkov, bandit, zizmor, cfn-lint: no finding without a reason
	@local/security.sh

sbom: setup ## Bill of materials and licences of each function and layer, into out/sbom
	@.venv/bin/python scripts/write_sbom.py --out out/sbom

dashboard: setup ## Write the operations dashboard into template.yaml
	@.venv/bin/python scripts/generate_dashboard.py

smoke: setup ## One CV through a deployment: make smoke STACK=cvmaker-dev, or API=https://… KEY=…
	@.venv/bin/python scripts/smoke.py $(if $(STACK),--stack "$(STACK)") $(if $(API),--api "$(API)") $(if $(KEY),--key "$(KEY)") $(ARGS)

support: setup ## What a ticket needs of one job, without personal data: make support STACK=cvmaker-prod ID=…
	@.venv/bin/python scripts/support_bundle.py --stack "$(STACK)" "$(ID)" $(ARGS)

dead-letters: setup ## What could not be delivered: make dead-letters STACK=cvmaker-prod [ARGS=--redrive]
	@.venv/bin/python scripts/dead_letters.py --stack "$(STACK)" $(ARGS)

run-again: setup ## Start jobs again after a bad release: make run-again STACK=cvmaker-prod ARGS="--failed --dry-run"
	@.venv/bin/python scripts/run_again.py --stack "$(STACK)" $(ARGS)

lock: setup ## Write all locks anew from requirements-dev.in and each requirements.in
	@local/lock.sh

clean: ## Remove what was built (not your data)
	@rm -rf .aws-sam out build .mypy_cache .ruff_cache .pytest_cache
