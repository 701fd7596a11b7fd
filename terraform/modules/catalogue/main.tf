# SQL over the processed zone, for whoever does not want to ask the warehouse. A crawler finds tables and columns.
resource "aws_glue_catalog_database" "this" {
  name        = replace(var.name, "-", "_")
  description = "The processed zone of ${var.name}: every load's rows, not the current ones"
}

resource "aws_glue_security_configuration" "this" {
  name = var.name
  encryption_configuration {
    cloudwatch_encryption {
      cloudwatch_encryption_mode = "SSE-KMS"
      kms_key_arn                = var.kms_key_arn
    }
    job_bookmarks_encryption {
      job_bookmarks_encryption_mode = "CSE-KMS"
      kms_key_arn                   = var.kms_key_arn
    }
    s3_encryption {
      s3_encryption_mode = "SSE-KMS"
      kms_key_arn        = var.kms_key_arn
    }
  }
}

resource "aws_glue_crawler" "this" {
  name                   = "${var.name}-processed"
  database_name          = aws_glue_catalog_database.this.name
  role                   = module.role.arn
  schedule               = "cron(40 3 * * ? *)"
  security_configuration = aws_glue_security_configuration.this.name

  s3_target {
    path       = "s3://${var.bucket}/processed/"
    exclusions = ["**.json"]
  }

  schema_change_policy {
    update_behavior = "UPDATE_IN_DATABASE"
    delete_behavior = "LOG"
  }
}

resource "aws_athena_workgroup" "this" {
  name          = var.name
  description   = "Questions to the processed zone; results go after a week"
  force_destroy = var.force_destroy # AWS keeps one in which anything was ever asked

  configuration {
    enforce_workgroup_configuration = true
    bytes_scanned_cutoff_per_query  = 10 * 1024 * 1024 * 1024 # five cents

    result_configuration {
      output_location = "s3://${var.bucket}/athena/"
      encryption_configuration {
        encryption_option = "SSE_KMS"
        kms_key_arn       = var.kms_key_arn
      }
    }
  }
}
