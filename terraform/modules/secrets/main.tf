# One secret a connection. Terraform makes them and never knows a password: what they hold is put there by hand
# (docs/deploy-mwaa.md) or by the databases' own rotation, so no state file holds one.
resource "aws_secretsmanager_secret" "connection" {
  #checkov:skip=CKV2_AWS_57:rotation needs the database and the secret changed together: docs/operations.md, Change keys and passwords
  for_each                = var.connections
  name                    = "${var.prefix}/${each.key}"
  description             = each.value
  kms_key_id              = var.kms_key_arn
  recovery_window_in_days = var.recovery_days
}

# No secret: the account is the execution role's own.
resource "aws_secretsmanager_secret_version" "aws" {
  secret_id     = aws_secretsmanager_secret.connection["totes_aws"].id
  secret_string = jsonencode({ conn_type = "aws", extra = { region_name = var.region } })
}

# For whoever migrates the warehouse. It lies outside of the prefix: no task needs it, so Airflow may not read it.
resource "aws_secretsmanager_secret" "owner" {
  #checkov:skip=CKV2_AWS_57:rotation needs the database and the secret changed together: docs/operations.md, Change keys and passwords
  name                    = "${var.name}/warehouse_owner"
  description             = "The password of warehouse_owner, who migrates the warehouse"
  kms_key_id              = var.kms_key_arn
  recovery_window_in_days = var.recovery_days
}
