"""Where Airflow's user interface shows what alerts are about."""

from urllib.parse import quote


def run_url(base_url: str, dag_id: str, run_id: str) -> str:
    """The page of a run; ``base_url`` is Airflow's option `[api] base_url`."""
    return f"{base_url.rstrip('/')}/dags/{dag_id}/runs/{quote(run_id, safe=':+')}"
