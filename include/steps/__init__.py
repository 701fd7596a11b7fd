"""The steps of a run, joined from the packages beside this one: what each Airflow task calls.

Each returns a small JSON-able record (never rows, never secrets) and logs one summary line.
"""

from include.steps.emit_metrics import emit_metrics
from include.steps.extract_table import extract
from include.steps.load_table import load
from include.steps.plan_run import TablePlan, plan
from include.steps.publish_site import note_freshness, publish
from include.steps.report_run import report, verify
from include.steps.split_table import split
from include.steps.table_of_files import extract_files, plan_files, transform_files
from include.steps.tell_run import Outcome, tell, tell_retry
from include.steps.transform_table import transform

__all__ = [
    "Outcome",
    "TablePlan",
    "emit_metrics",
    "extract",
    "extract_files",
    "load",
    "note_freshness",
    "plan",
    "plan_files",
    "publish",
    "report",
    "split",
    "tell",
    "tell_retry",
    "transform",
    "transform_files",
    "verify",
]
