resource "aws_cloudwatch_dashboard" "this" {
  dashboard_name = var.name
  dashboard_body = jsonencode({ widgets = [for index, widget in local.widgets : {
    type   = "metric"
    x      = index % 2 * 12
    y      = floor(index / 2) * 6
    width  = 12
    height = 6
    properties = {
      title   = widget.title
      region  = var.region
      stat    = widget.stat
      period  = 300
      metrics = widget.metrics
    }
  }] })
}

locals {
  airflow = ["Environment", var.name]
  overall = ["Environment", "production"]

  widgets = concat(
    var.namespace == "" ? [] : [
      { title = "How far the warehouse is behind the shop (s)", stat = "Maximum", metrics = [concat([var.namespace, "LagSeconds"], local.overall)] },
      { title = "How long runs take (s)", stat = "Maximum", metrics = [concat([var.namespace, "DurationSeconds"], local.overall)] },
      { title = "Rows", stat = "Sum", metrics = [for name in ["RowsNew", "RowsRevised", "RowsDeleted", "RowsQuarantined"] : concat([var.namespace, name], local.overall)] },
    ],
    [
      { title = "Failed tasks", stat = "Sum", metrics = [concat(["AmazonMWAA", "TaskInstanceFailures", "DAG", "All", "Task", "All"], local.airflow)] },
      { title = "Scheduler's heartbeats", stat = "Sum", metrics = [concat(["AmazonMWAA", "SchedulerHeartbeat", "Function", "Scheduler"], local.airflow)] },
    ],
    var.warehouse == null ? [] : [
      { title = "Warehouse: CPU (%)", stat = "Average", metrics = [["AWS/RDS", "CPUUtilization", "DBInstanceIdentifier", var.warehouse.identifier]] },
      { title = "Warehouse: free storage (bytes)", stat = "Minimum", metrics = [["AWS/RDS", "FreeStorageSpace", "DBInstanceIdentifier", var.warehouse.identifier]] },
    ],
  )
}
