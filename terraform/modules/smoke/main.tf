# The smoke test (python -m include.smoke) has to reach the warehouse, which nobody outside of the VPC does. So it
# runs beside it, started by deploy.yml or by hand; it costs half a cent a minute, and nothing between.
resource "aws_cloudwatch_log_group" "this" {
  #checkov:skip=CKV_AWS_338:how long logs are kept is the variable log_retention_days
  name              = "/${var.name}/smoke"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.kms_key_arn
}

locals {
  log_group_arn = "arn:${var.partition}:logs:${var.region}:${var.account}:log-group:/${var.name}/smoke"
}

resource "aws_codebuild_project" "this" {
  #checkov:skip=CKV_AWS_314:it logs to CloudWatch (below)
  name                   = "${var.name}-smoke"
  description            = "The smoke test of ${var.name}: does a row go all the way, and does somebody hear of it?"
  service_role           = module.role.arn # with its rights: CodeBuild makes a network interface with them when the project is made
  encryption_key         = var.kms_key_arn
  build_timeout          = 60 # minutes
  queued_timeout         = 30
  concurrent_build_limit = 1 # two smoke tests never run at once

  source {
    type      = "S3"
    location  = "${var.package_bucket}/plugins.zip" # the code that is deployed, unpacked
    buildspec = templatefile("${path.module}/buildspec.yml", { package = var.package_bucket, environment = var.name })
  }

  artifacts {
    type = "NO_ARTIFACTS"
  }

  environment {
    type         = "LINUX_CONTAINER"
    compute_type = "BUILD_GENERAL1_SMALL"
    image        = "aws/codebuild/amazonlinux-x86_64-standard:5.0"

    dynamic "environment_variable" {
      for_each = var.environment_variables
      content {
        name  = environment_variable.key
        value = environment_variable.value
      }
    }

    environment_variable {
      name  = "AIRFLOW_CONN_WAREHOUSE"
      type  = "SECRETS_MANAGER"
      value = var.warehouse_secret
    }
  }

  vpc_config {
    vpc_id             = var.vpc_id
    subnets            = var.subnet_ids
    security_group_ids = [var.security_group_id]
  }

  logs_config {
    cloudwatch_logs {
      group_name = aws_cloudwatch_log_group.this.name
    }
  }
}
