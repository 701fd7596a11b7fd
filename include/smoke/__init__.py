"""Does a deployment work, end to end? `python -m include.smoke` tries it in the testing environment, and says so.

The DAG runs four times on dummy rows, by way of everything that production uses: Airflow, S3, the warehouse, SNS.
What it brought into the warehouse, and what a subscriber of the topic received, is compared with what had to come.
"""
