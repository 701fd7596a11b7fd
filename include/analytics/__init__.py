"""Pages and an API over the warehouse: inside Airflow, by itself, or from what was extracted to S3.

`application` is the web application; a `Reader` (`reading/`) says where its answers come from.
"""
