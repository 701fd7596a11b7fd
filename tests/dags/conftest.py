"""Airflow for parsing only: a home of its own, no database, no connection, no setting of the pipeline."""

import os
import sys
import tempfile

from local.settings import ROOT

# Airflow reads its environment when it is imported, and the tests below import it: before that.
_HOME = tempfile.mkdtemp(prefix="totes-airflow-")
for _name in [name for name in os.environ if name.startswith("AIRFLOW")]:
    del os.environ[_name]
os.environ.update(
    AIRFLOW_HOME=_HOME,
    AIRFLOW__CORE__LOAD_EXAMPLES="False",
    AIRFLOW__CORE__DAGS_FOLDER=str(ROOT / "dags"),
    AIRFLOW__CORE__PLUGINS_FOLDER=str(ROOT / "plugins"),
    # A port where nobody listens: whoever needs the database at parse time fails.
    AIRFLOW__DATABASE__SQL_ALCHEMY_CONN="postgresql+psycopg2://nobody@127.0.0.1:9/none",
)
sys.path.insert(0, str(ROOT / "dags"))
