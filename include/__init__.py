"""The pipeline without Airflow: catalogue, source, raw, processed, warehouse, and the steps that join them."""
