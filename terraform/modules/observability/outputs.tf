output "alarms" {
  description = "The alarms' names."
  value = [for alarm in concat(
    aws_cloudwatch_metric_alarm.scheduler, aws_cloudwatch_metric_alarm.failures, aws_cloudwatch_metric_alarm.freshness,
    aws_cloudwatch_metric_alarm.warehouse_storage, aws_cloudwatch_metric_alarm.warehouse_cpu,
  ) : alarm.alarm_name]
}
