"""What people hear of: made, kept, sent and worded without Airflow."""
