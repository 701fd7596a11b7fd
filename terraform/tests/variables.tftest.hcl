# What the provider would let through and AWS would refuse, half an hour later.
provider "aws" {
  region                      = "eu-west-2"
  access_key                  = "offline"
  secret_key                  = "offline"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
}

override_data {
  target = data.aws_caller_identity.current
  values = { account_id = "123456789012" }
}

override_data {
  target = data.aws_partition.current
  values = { partition = "aws" }
}

override_data {
  target = module.network.data.aws_availability_zones.available
  values = { names = ["eu-west-2a", "eu-west-2b"] }
}

variables {
  stage        = "dev"
  mwaa_enabled = false
}

run "refused" {
  command = plan

  variables {
    region             = "London"
    project            = "Totes"
    vpc_cidr           = "10.0.0.0/28"
    database_cidrs     = ["0.0.0.0/0"]
    secrets_prefix     = "/airflow/"
    alert_emails       = ["nobody"]
    monthly_budget_usd = -1
    log_retention_days = 100
    raw_lock           = { mode = "SOFT", days = 30 }
    noncurrent_days    = 0
    github             = { repository = "totes/*", environment = "prod" }
    airflow_version    = "2.10.3"
    environment_class  = "mw1.tiny"
    maintenance_window = "SUN:03:15"
    webserver_access   = "PUBLIC"
    deadline_minutes   = 5
    warehouse          = { instance_class = "small" }
  }

  expect_failures = [
    var.region, var.project, var.vpc_cidr, var.database_cidrs, var.secrets_prefix, var.alert_emails, var.monthly_budget_usd,
    var.log_retention_days, var.raw_lock, var.noncurrent_days, var.github, var.airflow_version, var.environment_class,
    var.maintenance_window, var.webserver_access, var.deadline_minutes, var.warehouse,
  ]
}

run "micro_takes_one_of_each" {
  command = plan

  variables {
    environment_class = "mw1.micro"
    schedulers        = 2
    workers           = { min = 1, max = 3 }
    webservers        = { min = 2, max = 2 }
  }

  expect_failures = [var.schedulers, var.workers, var.webservers]
}

run "others_take_two_or_more" {
  command = plan

  variables {
    schedulers = 1
    webservers = { min = 1, max = 1 }
    workers    = { min = 3, max = 2 }
  }

  expect_failures = [var.schedulers, var.webservers, var.workers]
}

run "nothing_careless_in_prod" {
  command = plan

  variables {
    stage         = "prod"
    force_destroy = true
    warehouse     = { instance_class = "db.t4g.small", deletion_protection = false }
  }

  expect_failures = [var.force_destroy, var.warehouse]
}

run "refused_by_a_second_look" {
  command = plan

  variables {
    project            = "totes-"        # RDS takes no two hyphens in a row
    vpc_cidr           = "10.42.1.0/20"  # AWS would shift it
    database_cidrs     = ["10.1.2.3/16"] # and this
    log_retention_days = 1000
    warehouse          = { instance_class = "db.t4g.small", backup_days = 0 }
  }

  expect_failures = [var.project, var.vpc_cidr, var.database_cidrs, var.log_retention_days, var.warehouse]
}

run "refused_by_a_third_look" {
  command = plan

  variables {
    vpc_cidr        = "10.0.0.0/8"
    database_cidrs  = ["::/0"]
    airflow_options = { "secrets.backend" = "mine" }
    warehouse       = { instance_class = "db.t4g.small", storage_gb = 100, max_storage_gb = 105 } # RDS wants a tenth more
  }

  expect_failures = [var.vpc_cidr, var.database_cidrs, var.airflow_options, var.warehouse]
}

run "refused_by_a_fourth_look" {
  command = plan

  variables {
    database_cidrs  = ["0.0.0.0/1"]
    airflow_options = { "totes.deadline_minutes" = "60" }                          # the alarm would not know
    warehouse       = { instance_class = "db.t4g.small", engine_version = "17.9" } # it has known holes
  }

  expect_failures = [var.database_cidrs, var.airflow_options, var.warehouse]
}

run "an_existing_warehouse" {
  command = plan

  variables {
    log_retention_days = 2557 # seven years: what auditors ask for, CloudWatch keeps
    warehouse          = null
    database_cidrs     = ["10.1.2.0/24"]
  }

  assert {
    condition     = output.warehouse == null && output.alarms == []
    error_message = "without a warehouse of ours, and without Airflow, there is nothing to watch."
  }
}

run "without_metrics_nothing_waits_for_them" {
  command = plan

  variables {
    mwaa_enabled    = true
    warehouse       = null
    airflow_options = { "totes.cloudwatch_namespace" = "" }
  }

  override_data {
    target = module.mwaa[0].data.aws_s3_object.package
    values = { version_id = "version-one" }
  }

  assert {
    condition     = toset(output.alarms) == toset(["totes-dev-scheduler-heartbeat", "totes-dev-task-failures"])
    error_message = "an alarm on metrics that nobody puts would never end."
  }
}
