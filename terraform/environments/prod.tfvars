stage             = "prod"
environment_class = "mw1.small"

warehouse = {
  instance_class = "db.t4g.medium"
  multi_az       = true
  backup_days    = 14
}

raw_lock           = { mode = "GOVERNANCE", days = 365 }
noncurrent_days    = 365
log_retention_days = 365
monthly_budget_usd = 700
