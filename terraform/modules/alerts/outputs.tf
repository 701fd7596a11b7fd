output "topic_arns" {
  description = "The topics; known only once their policies are there."
  value       = { for name, topic in aws_sns_topic.this : name => topic.arn }
  depends_on  = [aws_sns_topic_policy.this]
}

output "queue_url" {
  description = "The queue that programs read alerts from."
  value       = aws_sqs_queue.alerts.id
}
