module "execution_role" {
  source          = "./modules/execution-role"
  name            = local.name
  account         = local.account
  partition       = local.partition
  region          = var.region
  environment_arn = local.environment_arn
  bucket_arns     = local.bucket_arns
  written         = local.written
  deleted         = local.deleted
  secrets_arns    = local.secrets_arns
  topic_arn       = local.topic_arns.alerts
  kms_key_arn     = module.kms.key_arn
}

# Its creation fails, without saying why, unless the route to the Internet and the role's rights are there: subnets,
# security group and role are handed on only once they are (their outputs' depends_on).
module "mwaa" {
  source             = "./modules/mwaa"
  count              = var.mwaa_enabled ? 1 : 0
  name               = local.name
  airflow_version    = var.airflow_version
  environment_class  = var.environment_class
  schedulers         = var.schedulers
  workers            = var.workers
  webservers         = var.webservers
  webserver_access   = var.webserver_access
  maintenance_window = var.maintenance_window
  options            = local.airflow_options
  bucket             = module.lake["mwaa"].name
  bucket_arn         = module.lake["mwaa"].arn
  startup_script     = var.startup_script
  execution_role_arn = module.execution_role.arn
  kms_key_arn        = module.kms.key_arn
  subnet_ids         = module.network.private_subnet_ids
  security_group_id  = module.network.workers_security_group_id
  log_retention_days = var.log_retention_days
}

locals {
  # dags/totes_connections.py and plugins/totes_dashboard.py open these; totes_aws is the execution role itself.
  connections = {
    totesys          = "The shop's database, as the role that may only read"
    warehouse        = "The warehouse, as the role that loads it"
    warehouse_reader = "The warehouse, as the role that may only read, for the dashboards"
    totes_aws        = "The account of the lake"
    smtp_default     = "The mail server"
  }

  # Settings of the pipeline (include/settings.py), as MWAA's configuration options. These two may be set otherwise.
  default_options = {
    "totes.cloudwatch_namespace" = local.namespace
    "totes.dashboard_from"       = "extracts" # the web server is outside of the VPC, and cannot reach the warehouse
  }

  # And these not: roles and alarms follow the same names.
  pipeline_options = merge({
    "totes.raw_bucket"       = local.buckets.raw
    "totes.processed_bucket" = local.buckets.processed
    "totes.site_bucket"      = local.buckets.site
    "totes.alert_topic"      = local.topic_arns.alerts
    "totes.deadline_minutes" = tostring(var.deadline_minutes)
    }, var.database_certificate ? {
    "totes.database_root_certificate" = "/usr/local/airflow/plugins/certificates/database.pem"
  } : {})

  secrets_options = {
    "secrets.backend" = "airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend"
    "secrets.backend_kwargs" = jsonencode({
      connections_prefix         = var.secrets_prefix
      connections_lookup_pattern = "^(${join("|", keys(local.connections))})$" # each look-up of another one would cost a call
      variables_prefix           = null
      config_prefix              = null
    })
  }

  airflow_options = merge(local.default_options, var.airflow_options, local.pipeline_options, local.secrets_options)
}
