locals {
  smoke_project_arn = "arn:${local.partition}:codebuild:${local.arn_end}:project/${local.name}-smoke"

  # What the smoke test has to know of the deployment, as include/smoke/deployment.py reads it.
  smoke_variables = {
    AIRFLOW__TOTES__RAW_BUCKET       = local.buckets.raw
    AIRFLOW__TOTES__PROCESSED_BUCKET = local.buckets.processed
    AIRFLOW__TOTES__ALERT_TOPIC      = local.topic_arns.alerts
  }
}

module "smoke" {
  source                = "./modules/smoke"
  name                  = local.name
  account               = local.account
  partition             = local.partition
  region                = var.region
  project_arn           = local.smoke_project_arn
  package_bucket        = local.buckets.mwaa
  bucket_arns           = { for zone in ["mwaa", "raw", "processed"] : zone => local.bucket_arns[zone] }
  topic_arn             = local.topic_arns.alerts
  warehouse_secret      = module.secrets.names["warehouse"]
  environment_variables = local.smoke_variables
  kms_key_arn           = module.kms.key_arn
  vpc_id                = module.network.vpc_id
  subnet_ids            = module.network.private_subnet_ids
  security_group_id     = module.network.workers_security_group_id
  log_retention_days    = var.log_retention_days
}

module "deploy_role" {
  source              = "./modules/deploy-role"
  count               = var.github == null ? 0 : 1
  name                = local.name
  region              = var.region
  github              = var.github
  bucket_arn          = local.bucket_arns.mwaa
  environment_arn     = local.environment_arn
  execution_role_arn  = module.execution_role.arn
  smoke_project_arn   = local.smoke_project_arn
  smoke_log_group_arn = module.smoke.log_group_arn
  kms_key_arn         = module.kms.key_arn
}
