resource "aws_db_subnet_group" "this" {
  name       = "${var.name}-warehouse"
  subnet_ids = var.subnet_ids
}

resource "aws_security_group" "this" {
  name        = "${var.name}-warehouse"
  description = "The warehouse: PostgreSQL, from inside the VPC alone"
  vpc_id      = var.vpc_id
  tags        = { Name = "${var.name}-warehouse" }
}

resource "aws_vpc_security_group_ingress_rule" "clients" {
  for_each                     = var.client_security_group_ids
  security_group_id            = aws_security_group.this.id
  description                  = each.key
  referenced_security_group_id = each.value
  ip_protocol                  = "tcp"
  from_port                    = 5432
  to_port                      = 5432
}

resource "aws_db_parameter_group" "this" {
  name        = "${var.name}-warehouse-${local.major}"
  family      = "postgres${local.major}"
  description = "The warehouse: TLS only, slow statements logged"

  parameter {
    name  = "rds.force_ssl"
    value = "1"
  }
  parameter {
    name  = "log_min_duration_statement"
    value = "5000"
  }
  parameter {
    name  = "log_statement"
    value = "ddl"
  }

  lifecycle {
    create_before_destroy = true
  }
}

locals {
  major = split(".", var.settings.engine_version)[0]
}

resource "aws_cloudwatch_log_group" "this" {
  #checkov:skip=CKV_AWS_338:how long logs are kept is the variable log_retention_days
  name              = "/aws/rds/instance/${var.name}-warehouse/postgresql"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.kms_key_arn
}

resource "aws_db_instance" "this" {
  #checkov:skip=CKV_AWS_157:a second zone is the variable warehouse.multi_az: the warehouse is rebuilt from the lake
  #checkov:skip=CKV_AWS_293:protection from deletion is the variable warehouse.deletion_protection, required in prod
  #checkov:skip=CKV_AWS_118:Performance Insights and CloudWatch's own metrics do, and cost nothing
  identifier     = "${var.name}-warehouse"
  engine         = "postgres"
  engine_version = var.settings.engine_version
  instance_class = var.settings.instance_class
  port           = 5432

  # RDS makes the password, keeps it in Secrets Manager and changes it every week. It makes roles and database (docs/roles.md), nothing else.
  username                      = "postgres"
  manage_master_user_password   = true
  master_user_secret_kms_key_id = var.kms_key_arn

  iam_database_authentication_enabled = true

  storage_type          = "gp3"
  allocated_storage     = var.settings.storage_gb
  max_allocated_storage = var.settings.max_storage_gb
  storage_encrypted     = true
  kms_key_id            = var.kms_key_arn

  multi_az               = var.settings.multi_az
  db_subnet_group_name   = aws_db_subnet_group.this.name
  vpc_security_group_ids = [aws_security_group.this.id]
  parameter_group_name   = aws_db_parameter_group.this.name
  publicly_accessible    = false
  ca_cert_identifier     = "rds-ca-rsa2048-g1"

  backup_retention_period   = var.settings.backup_days
  backup_window             = "01:30-02:30"
  maintenance_window        = "sun:02:45-sun:03:15"
  copy_tags_to_snapshot     = true
  deletion_protection       = var.settings.deletion_protection
  skip_final_snapshot       = !var.settings.deletion_protection
  final_snapshot_identifier = var.settings.deletion_protection ? "${var.name}-warehouse-final" : null

  auto_minor_version_upgrade      = true
  enabled_cloudwatch_logs_exports = ["postgresql"]
  performance_insights_enabled    = true
  performance_insights_kms_key_id = var.kms_key_arn

  depends_on = [aws_cloudwatch_log_group.this]

  lifecycle {
    # AWS upgrades the minor version by itself; a plan must not take it back.
    ignore_changes = [engine_version]
  }
}
