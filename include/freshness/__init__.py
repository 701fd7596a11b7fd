"""How far the warehouse is behind its source, asked from outside of Airflow: `python -m include.freshness`.

A dead scheduler, a paused or broken DAG and a killed worker cannot say so themselves. This needs the warehouse
alone, starts fast, and tells once.
"""
