# For programs: everything that is told of production, kept two weeks.
resource "aws_sqs_queue" "alerts" {
  name                              = "${var.name}-alerts"
  message_retention_seconds         = 14 * 24 * 3600
  kms_master_key_id                 = var.kms_key_arn
  kms_data_key_reuse_period_seconds = 3600
}

resource "aws_sqs_queue_policy" "alerts" {
  queue_url = aws_sqs_queue.alerts.id
  policy    = data.aws_iam_policy_document.queue.json
}

data "aws_iam_policy_document" "queue" {
  statement {
    sid       = "TheTopic"
    actions   = ["sqs:SendMessage"]
    resources = [var.queue_arn]
    principals {
      type        = "Service"
      identifiers = ["sns.amazonaws.com"]
    }
    condition {
      test     = "ArnEquals"
      variable = "aws:SourceArn"
      values   = [var.topic_arns.alerts]
    }
  }
}

resource "aws_sns_topic_subscription" "queue" {
  topic_arn     = aws_sns_topic.this["alerts"].arn
  protocol      = "sqs"
  endpoint      = aws_sqs_queue.alerts.arn
  filter_policy = jsonencode({ environment = ["production"] })
  depends_on    = [aws_sqs_queue_policy.alerts]
}
