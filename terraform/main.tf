module "kms" {
  source               = "./modules/kms"
  name                 = local.name
  account              = local.account
  partition            = local.partition
  region               = var.region
  deletion_window_days = var.force_destroy ? 7 : 30
}

module "network" {
  source             = "./modules/network"
  name               = local.name
  account            = local.account
  partition          = local.partition
  region             = var.region
  cidr               = var.vpc_cidr
  database_cidrs     = var.database_cidrs
  kms_key_arn        = module.kms.key_arn
  log_retention_days = var.log_retention_days
}

module "secrets" {
  source        = "./modules/secrets"
  name          = local.name
  prefix        = var.secrets_prefix
  connections   = local.connections
  region        = var.region
  kms_key_arn   = module.kms.key_arn
  recovery_days = var.force_destroy ? 0 : 30
}

module "alerts" {
  source      = "./modules/alerts"
  name        = local.name
  account     = local.account
  topic_arns  = local.topic_arns
  queue_arn   = "arn:${local.partition}:sqs:${local.arn_end}:${local.name}-alerts"
  kms_key_arn = module.kms.key_arn
  emails      = var.alert_emails
  events      = ["failed", "deadline_missed", "data_quality", "recovered"]
}

module "warehouse" {
  source                    = "./modules/warehouse"
  count                     = var.warehouse == null ? 0 : 1
  name                      = local.name
  settings                  = var.warehouse
  vpc_id                    = module.network.vpc_id
  subnet_ids                = module.network.private_subnet_ids
  client_security_group_ids = { workers = module.network.workers_security_group_id }
  kms_key_arn               = module.kms.key_arn
  log_retention_days        = var.log_retention_days
}

module "observability" {
  source             = "./modules/observability"
  name               = local.name
  region             = var.region
  namespace          = local.namespace
  topic_arn          = module.alerts.topic_arns.alarms
  mwaa_enabled       = var.mwaa_enabled
  deadline_minutes   = var.deadline_minutes
  warehouse          = var.warehouse == null ? null : { identifier = module.warehouse[0].identifier, storage_gb = var.warehouse.storage_gb }
  monthly_budget_usd = var.monthly_budget_usd
}

module "catalogue" {
  source        = "./modules/catalogue"
  count         = var.catalogue_enabled ? 1 : 0
  name          = local.name
  account       = local.account
  partition     = local.partition
  region        = var.region
  bucket        = module.lake["processed"].name
  bucket_arn    = module.lake["processed"].arn
  kms_key_arn   = module.kms.key_arn
  force_destroy = var.force_destroy
}
