# Every alarm says so when it is over, too.
locals {
  tell = [var.topic_arn]
}

# A dead scheduler says nothing: no heartbeat is the alarm.
resource "aws_cloudwatch_metric_alarm" "scheduler" {
  count               = var.mwaa_enabled ? 1 : 0
  alarm_name          = "${var.name}-scheduler-heartbeat"
  alarm_description   = "Airflow's scheduler has not been heard of for 15 minutes: docs/runbook.md"
  namespace           = "AmazonMWAA"
  metric_name         = "SchedulerHeartbeat"
  dimensions          = { Function = "Scheduler", Environment = var.name }
  statistic           = "Sum"
  period              = 300
  evaluation_periods  = 3
  comparison_operator = "LessThanThreshold"
  threshold           = 1
  treat_missing_data  = "breaching"
  alarm_actions       = local.tell
  ok_actions          = local.tell
}

resource "aws_cloudwatch_metric_alarm" "failures" {
  count               = var.mwaa_enabled ? 1 : 0
  alarm_name          = "${var.name}-task-failures"
  alarm_description   = "A task failed for good, or again: the pipeline's own mail says which"
  namespace           = "AmazonMWAA"
  metric_name         = "TaskInstanceFailures"
  dimensions          = { DAG = "All", Task = "All", Environment = var.name }
  statistic           = "Sum"
  period              = 300
  evaluation_periods  = 1
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  treat_missing_data  = "notBreaching"
  alarm_actions       = local.tell
  ok_actions          = local.tell
}

# The pipeline itself says at each run's end how far behind its slowest table is; silence counts as a breach.
resource "aws_cloudwatch_metric_alarm" "freshness" {
  count               = var.mwaa_enabled ? 1 : 0
  alarm_name          = "${var.name}-behind"
  alarm_description   = "The warehouse is more than ${var.deadline_minutes} minutes behind the shop, or nobody says how far it is"
  namespace           = var.namespace
  metric_name         = "LagSeconds"
  dimensions          = { Environment = "production" }
  statistic           = "Maximum"
  period              = 300
  evaluation_periods  = 3
  datapoints_to_alarm = 3
  comparison_operator = "GreaterThanThreshold"
  threshold           = (var.deadline_minutes - 15) * 60 # so far behind for three periods in a row is the deadline
  treat_missing_data  = "breaching"
  alarm_actions       = local.tell
  ok_actions          = local.tell
}

resource "aws_cloudwatch_metric_alarm" "warehouse_storage" {
  count               = var.warehouse == null ? 0 : 1
  alarm_name          = "${var.name}-warehouse-storage"
  alarm_description   = "Less than a tenth of the warehouse's storage is free, and it has not grown by itself"
  namespace           = "AWS/RDS"
  metric_name         = "FreeStorageSpace"
  dimensions          = { DBInstanceIdentifier = var.warehouse.identifier }
  statistic           = "Minimum"
  period              = 300
  evaluation_periods  = 3
  comparison_operator = "LessThanThreshold"
  threshold           = 0.1 * var.warehouse.storage_gb * 1024 * 1024 * 1024
  treat_missing_data  = "breaching"
  alarm_actions       = local.tell
  ok_actions          = local.tell
}

resource "aws_cloudwatch_metric_alarm" "warehouse_cpu" {
  count               = var.warehouse == null ? 0 : 1
  alarm_name          = "${var.name}-warehouse-cpu"
  alarm_description   = "The warehouse has been busier than 80 % for a quarter of an hour"
  namespace           = "AWS/RDS"
  metric_name         = "CPUUtilization"
  dimensions          = { DBInstanceIdentifier = var.warehouse.identifier }
  statistic           = "Average"
  period              = 300
  evaluation_periods  = 3
  comparison_operator = "GreaterThanThreshold"
  threshold           = 80
  treat_missing_data  = "breaching"
  alarm_actions       = local.tell
  ok_actions          = local.tell
}
