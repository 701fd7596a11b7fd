# Airflow with the pipeline's libraries. The code itself is mounted (docker-compose.yaml), so that an edit is seen.
FROM apache/airflow:3.3.1-python3.12

# Whoever keeps the clone from others (umask 077) has files here that only their owner may read.
COPY --chown=airflow:0 requirements.txt constraints.txt /opt/airflow/requirements/
RUN pip install --no-cache-dir --requirement /opt/airflow/requirements/requirements.txt \
    && mkdir -p /opt/airflow/home /opt/airflow/data \
    && chmod 770 /opt/airflow/home /opt/airflow/data

ENV PYTHONPATH=/opt/airflow
