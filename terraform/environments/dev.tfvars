# The smallest that works; `terraform destroy` takes all of it away.
stage             = "dev"
environment_class = "mw1.micro"
schedulers        = 1
workers           = { min = 1, max = 1 }
webservers        = { min = 1, max = 1 }

warehouse = {
  instance_class      = "db.t4g.micro"
  backup_days         = 1
  deletion_protection = false
}

raw_lock           = { mode = "GOVERNANCE", days = 1 }
noncurrent_days    = 7
log_retention_days = 14
monthly_budget_usd = 450
force_destroy      = true
