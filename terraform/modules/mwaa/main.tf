locals {
  # MWAA would make them itself, without an end to what they keep.
  logs = {
    DAGProcessing = "WARNING"
    Scheduler     = "WARNING"
    Task          = "INFO"
    WebServer     = "WARNING"
    Worker        = "WARNING"
  }
}

resource "aws_cloudwatch_log_group" "this" {
  #checkov:skip=CKV_AWS_338:how long logs are kept is the variable log_retention_days
  for_each          = local.logs
  name              = "airflow-${var.name}-${each.key}"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.kms_key_arn
}

# Which version of each file is running is decided by its id: without one a new object does not reach the environment.
data "aws_s3_object" "package" {
  for_each = toset(concat(["plugins.zip", "requirements.txt"], var.startup_script ? ["startup.sh"] : []))
  bucket   = var.bucket
  key      = each.value
}

# Twenty to thirty minutes, and as many for most changes.
resource "aws_mwaa_environment" "this" {
  #checkov:skip=CKV2_AWS_66:who reaches the web server is the variable webserver_access; IAM stands before it either way
  name              = var.name
  airflow_version   = var.airflow_version
  environment_class = var.environment_class
  schedulers        = var.schedulers
  min_workers       = var.workers.min
  max_workers       = var.workers.max
  min_webservers    = var.webservers.min
  max_webservers    = var.webservers.max

  source_bucket_arn              = var.bucket_arn
  dag_s3_path                    = "dags"
  plugins_s3_path                = "plugins.zip"
  plugins_s3_object_version      = data.aws_s3_object.package["plugins.zip"].version_id
  requirements_s3_path           = "requirements.txt"
  requirements_s3_object_version = data.aws_s3_object.package["requirements.txt"].version_id
  startup_script_s3_path         = var.startup_script ? "startup.sh" : null

  startup_script_s3_object_version = var.startup_script ? data.aws_s3_object.package["startup.sh"].version_id : null

  execution_role_arn              = var.execution_role_arn
  kms_key                         = var.kms_key_arn
  webserver_access_mode           = var.webserver_access
  weekly_maintenance_window_start = var.maintenance_window
  airflow_configuration_options   = var.options

  network_configuration {
    security_group_ids = [var.security_group_id]
    subnet_ids         = var.subnet_ids
  }

  logging_configuration {
    dag_processing_logs {
      enabled   = true
      log_level = local.logs.DAGProcessing
    }
    scheduler_logs {
      enabled   = true
      log_level = local.logs.Scheduler
    }
    task_logs {
      enabled   = true
      log_level = local.logs.Task
    }
    webserver_logs {
      enabled   = true
      log_level = local.logs.WebServer
    }
    worker_logs {
      enabled   = true
      log_level = local.logs.Worker
    }
  }

  timeouts {
    create = "60m"
    update = "90m"
    delete = "60m"
  }

  lifecycle {
    # deploy.yml says which versions run from here on: a plan must not roll them forward, or a rollback back.
    ignore_changes = [plugins_s3_object_version, requirements_s3_object_version, startup_script_s3_object_version]
  }

  depends_on = [aws_cloudwatch_log_group.this]
}
