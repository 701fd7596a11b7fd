# Every chore is one target; `make help` lists them.
# Settings are given as VARIABLE=value (make hands them on): see `make help`.
.DEFAULT_GOAL := help
.PHONY: help run env stop status dashboard freshness smoke fail-demo logs reset prune password psql airflow shop replay migrate migration dictionary setup test faults soak bench bench-data-plane bench-dashboards bench-growth bench-latency bench-runs bench-workers package sbom secrets check lint format types security audit lock terraform terraform-moto
export TOTES_STARTED := $(shell date +%s)
PY := .venv/bin/python
CODE := include dags plugins local deploy
# What ruff's rules S101 and S404 to S608 check already, each exception with its reason beside it.
RUFF_HAS := B101,B404,B603,B606,B607,B608

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 } /^## / { print substr($$0, 4) }' Makefile

run: setup ## Set up, start the stack, fill the shop once, wait for the first run, show what there is; SNAPSHOT=<folder of CSVs>
	@$(PY) -m local run

env: setup ## Write what Docker Compose needs, passwords included, into .env (once; 0600): EXECUTOR=celery BI=1 and the ports below; docs/docker.md
	@$(PY) -m local env

stop: setup ## End every process of the stack; the data stays
	@$(PY) -m local stop

status: setup ## What runs, and how far behind the warehouse is
	@$(PY) -m local status

dashboard: setup ## Serve the dashboards and the API by themselves until Ctrl-C (inside Airflow they are anyway); DASHBOARD_PORT=8028
	@$(PY) -m local dashboard

freshness: setup ## Does the warehouse keep up with the shop? Alerts once if not; MINUTES=30 JSON=1 QUIET=1
	@$(PY) -m local freshness

smoke: setup ## Does it all work? Four runs on dummy rows in `testing`, what they load and tell; KEEP=1 leaves it there
	@$(PY) -m local smoke

logs: setup ## Follow the logs; OF=scheduler for one program
	@$(PY) -m local logs

reset: setup ## Stop the stack and remove all its data (asks first; YES=1 does not)
	@$(PY) -m local reset

prune: setup ## Remove notes on runs that are older than KEEP_DAYS=90: warehouse, Airflow, task logs (says what, asks first; YES=1 does not)
	@$(PY) -m local prune

password: setup ## Print the password of Airflow's admin
	@$(PY) -m local password

psql: setup ## Open psql; DB=warehouse (default), totesys or airflow; SQL='SELECT …' runs one statement
	@$(PY) -m local psql

airflow: setup ## Airflow's command line on the stack; CMD='backfill create --dag-id totes_etl --from-date … --to-date …'
	@$(PY) -m local airflow

shop: setup ## Let the shop trade until Ctrl-C; SPEED=1 is the real shop's pace, default 700
	@$(PY) -m local shop

fail-demo: setup ## Break something on purpose, see who hears of it and how it recovers; FAULT=warehouse-down, the list is in its output
	@$(PY) -m local fail-demo

replay: setup ## Rebuild the warehouse from the raw zone with its whole history; TABLES=fact_payment,dim_staff for some
	@$(PY) -m local replay

migrate: setup ## Bring the running warehouse's schema up to date
	@$(PY) -m local migrate

migration: setup ## Write the migration that the catalogue needs; MESSAGE='Add fact_refund'
	@$(PY) -m local migration

dictionary: setup ## Write docs/data-dictionary.md from the catalogue
	@$(PY) -m include.catalog.documentation > docs/data-dictionary.md

setup: ## Make the virtual environment (the others do it by themselves); PYTHON=/path/to/python
	@local/setup.sh

test: setup ## The whole test suite
	@$(PY) -m pytest --numprocesses=3 --no-loadscope-reorder --cov --cov-report=term:skip-covered

faults: setup ## Every fault with every seed, ending in a table; SEEDS=1,2,3
	@FAULT_SEEDS=$(or $(SEEDS),1) $(PY) -m pytest tests/faults -q

soak: setup ## Random faults on a shop that goes on writing, for MINUTES=30
	@SOAK_MINUTES=$(or $(MINUTES),30) $(PY) -m pytest tests/faults/test_soak.py -q

bench: setup ## Measure what docs/performance.md tells, in its short form: about ten minutes on a quiet machine
	@$(PY) -m benchmarks

bench-runs: setup ## Runs in a real Airflow, without changes and with, and what it costs idle: RUNS=3 IDLE=120 (a stack of its own)
	@$(PY) -m benchmarks.runs

bench-data-plane: setup ## Two million rows the whole way, beside the limit, dlt, ingestr and pandas: ROWS=2000000 REPEATS=2 PEERS=dlt,dlt-adbc,ingestr,pandas (a stack of its own)
	@$(PY) -m benchmarks.data_plane

bench-growth: setup ## What a run costs as tables, ledger and lake grow: SIZES=10000,100000,1000000 LOADS=0,10000,105000 OUT=<folder>
	@$(PY) -m benchmarks.growth

bench-dashboards: setup ## How fast the dashboards answer: ORDERS=16000,2000000 SECONDS=30 READERS=8 LOADS=10 (a stack of its own)
	@$(PY) -m benchmarks.dashboards

bench-workers: setup ## A large table on Celery with one and two workers, one killed in the middle: ROWS=2000000 RUNS=1,2,2k,local (a stack of its own)
	@$(PY) -m benchmarks.workers

bench-latency: setup ## From commit to visible, on a stack of its own; MINUTES=60 EVERY=3 (seconds between changes) WATCH=off, poll or notify
	@$(PY) -m benchmarks.latency

check: test lint types security secrets audit ## Everything that must be true before a commit is shared

lint: setup ## Style and likely mistakes
	@$(PY) -m ruff check && $(PY) -m ruff format --check

format: setup ## Rewrite the code in the project's format
	@$(PY) -m ruff format

types: setup ## Static types
	@$(PY) -m mypy

security: setup ## Risky code
	@$(PY) -m bandit --quiet --configfile pyproject.toml --skip $(RUFF_HAS) --recursive $(CODE)

secrets: setup ## Anything in git that looks like a secret and is not in .secrets.baseline
	@$(PY) -m local.secret_scan

audit: setup ## Known vulnerabilities in the dependencies (asks the network; AUDIT=strict fails where it cannot)
	@$(PY) -m local.audit

package: setup ## Build dist/mwaa, what Amazon MWAA gets; CERTIFICATE=global-bundle.pem (the databases' authority) travels along
	@$(PY) -m deploy package $(if $(CERTIFICATE),--certificate "$(CERTIFICATE)")

sbom: setup ## Write dist/sbom.cdx.json: every locked package with its hashes, as CycloneDX
	@mkdir -p dist && PYTHONWARNINGS=ignore .venv/bin/cyclonedx-py requirements --output-reproducible --pyproject pyproject.toml \
	  --output-file dist/sbom.cdx.json requirements.lock && echo dist/sbom.cdx.json

terraform: setup ## Format, validity, tests and posture of terraform/, as far as the tools are at hand (TF_PLUGIN_DIR=<folder with the provider>)
	@$(PY) -m tests.terraform.checks

terraform-moto: setup ## Plan, apply, a second plan without changes, destroy, against moto's server: about five minutes
	@$(PY) -m tests.terraform

lock: setup ## Resolve requirements.txt and the groups of pyproject.toml into requirements.lock, and that of the AWS stand-in
	@.venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --custom-compile-command "make lock" \
	  --group pyproject.toml:local --group pyproject.toml:dev requirements.txt --output-file requirements.lock
	@echo ministack | .venv/bin/uv pip compile --quiet --python-version 3.12 --generate-hashes --no-annotate \
	  --custom-compile-command "make lock" --constraint requirements.lock - --output-file docker/aws/requirements.txt

##
## Settings of the stack (kept in its state folder): POSTGRES_PORT=55432 AWS_PORT=4566 AIRFLOW_PORT=8080
##   SMTP_PORT=8025 INBOX_PORT=8026 COVID_PORT=8027 DASHBOARD_PORT=8028 STATE_DIR=.state (where all data is) DAGS_FOLDER=dags
##   COVID=local (made-up COVID-19 files) or internet (the real ones)
##   EXECUTOR=local (tasks in the scheduler's processes) or celery (in WORKERS=2 of SLOTS=4 beside it; REDIS_PORT=6379)
##   STACK=compose (the same commands on docker-compose.yaml, after `make env`)
##   WATCH=off (runs every five minutes only), poll or notify (also as soon as something changes in the shop)
