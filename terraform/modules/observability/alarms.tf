# One entry an alarm. `silence`: what it means that nothing is measured.
locals {
  alarms = {
    # A dead scheduler says nothing: no heartbeat is the alarm.
    scheduler-heartbeat = {
      watched    = var.mwaa_enabled
      says       = "Airflow's scheduler has not been heard of for 15 minutes: docs/runbook.md"
      metric     = ["AmazonMWAA", "SchedulerHeartbeat"]
      dimensions = { Function = "Scheduler", Environment = var.name }
      statistic  = "Sum"
      periods    = 3
      comparison = "LessThanThreshold"
      threshold  = 1
      silence    = "breaching"
    }

    task-failures = {
      watched    = var.mwaa_enabled
      says       = "A task failed for good, or again: the pipeline's own mail says which"
      metric     = ["AmazonMWAA", "TaskInstanceFailures"]
      dimensions = { DAG = "All", Task = "All", Environment = var.name }
      statistic  = "Sum"
      periods    = 1
      comparison = "GreaterThanThreshold"
      threshold  = 0
      silence    = "notBreaching"
    }

    # The pipeline itself says at each run's end how far behind its slowest table is.
    behind = {
      watched    = var.mwaa_enabled && var.namespace != ""
      says       = "The warehouse is more than ${var.deadline_minutes} minutes behind the shop, or nobody says how far it is"
      metric     = [var.namespace, "LagSeconds"]
      dimensions = { Environment = "production" }
      statistic  = "Maximum"
      periods    = 3
      comparison = "GreaterThanThreshold"
      threshold  = (var.deadline_minutes - 15) * 60 # so far behind for three periods in a row is the deadline
      silence    = "breaching"
    }

    warehouse-storage = {
      watched    = var.warehouse != null
      says       = "Less than a tenth of the warehouse's storage is free, and it has not grown by itself"
      metric     = ["AWS/RDS", "FreeStorageSpace"]
      dimensions = { DBInstanceIdentifier = try(var.warehouse.identifier, null) }
      statistic  = "Minimum"
      periods    = 3
      comparison = "LessThanThreshold"
      threshold  = try(0.1 * var.warehouse.storage_gb * 1024 * 1024 * 1024, null)
      silence    = "breaching"
    }

    warehouse-cpu = {
      watched    = var.warehouse != null
      says       = "The warehouse has been busier than 80 % for a quarter of an hour"
      metric     = ["AWS/RDS", "CPUUtilization"]
      dimensions = { DBInstanceIdentifier = try(var.warehouse.identifier, null) }
      statistic  = "Average"
      periods    = 3
      comparison = "GreaterThanThreshold"
      threshold  = 80
      silence    = "breaching"
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "this" {
  for_each            = { for name, alarm in local.alarms : name => alarm if alarm.watched }
  alarm_name          = "${var.name}-${each.key}"
  alarm_description   = each.value.says
  namespace           = each.value.metric[0]
  metric_name         = each.value.metric[1]
  dimensions          = each.value.dimensions
  statistic           = each.value.statistic
  period              = 300 # seconds
  evaluation_periods  = each.value.periods
  comparison_operator = each.value.comparison
  threshold           = each.value.threshold
  treat_missing_data  = each.value.silence
  alarm_actions       = [var.topic_arn]
  ok_actions          = [var.topic_arn] # it says so when it is over, too
}
