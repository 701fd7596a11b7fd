# What MWAA itself needs (its user guide, Amazon MWAA execution role).
data "aws_iam_policy_document" "mwaa" {
  #checkov:skip=CKV_AWS_111:the wildcard resources are those that MWAA's documentation asks for, listed in terraform/README.md
  #checkov:skip=CKV_AWS_356:the wildcard resources are those that MWAA's documentation asks for, listed in terraform/README.md
  statement {
    sid       = "Metrics"
    actions   = ["airflow:PublishMetrics"]
    resources = [var.environment_arn]
  }

  statement {
    sid       = "Package"
    actions   = ["s3:GetObject*", "s3:GetBucket*", "s3:List*"]
    resources = [var.bucket_arns.mwaa, "${var.bucket_arns.mwaa}/*"]
  }

  # These three know no resource; the last one is the pipeline's way to say how far behind it is, too.
  statement {
    sid       = "WithoutResource"
    actions   = ["s3:GetAccountPublicAccessBlock", "logs:DescribeLogGroups", "cloudwatch:PutMetricData"]
    resources = ["*"]
  }

  statement {
    sid = "Logs"
    actions = [
      "logs:CreateLogStream", "logs:CreateLogGroup", "logs:PutLogEvents", "logs:GetLogEvents",
      "logs:GetLogRecord", "logs:GetLogGroupFields", "logs:GetQueryResults",
    ]
    resources = ["arn:${var.partition}:logs:${var.region}:${var.account}:log-group:airflow-${var.name}-*"]
  }

  # The queue of Celery is in an account of AWS's own.
  statement {
    sid = "CeleryQueue"
    actions = [
      "sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:GetQueueAttributes",
      "sqs:GetQueueUrl", "sqs:ReceiveMessage", "sqs:SendMessage",
    ]
    resources = ["arn:${var.partition}:sqs:${var.region}:*:airflow-celery-*"]
  }

  statement {
    sid       = "Key"
    actions   = ["kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey*", "kms:Encrypt"]
    resources = [var.kms_key_arn]
    condition {
      test     = "StringEquals"
      variable = "kms:ViaService"
      values   = [for service in ["sqs", "s3", "secretsmanager", "sns"] : "${service}.${var.region}.amazonaws.com"]
    }
  }
}
