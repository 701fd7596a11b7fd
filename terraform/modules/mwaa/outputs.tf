output "webserver_url" {
  description = "Where Airflow is."
  value       = "https://${aws_mwaa_environment.this.webserver_url}"
}
