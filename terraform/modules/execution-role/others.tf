# The pipeline's other calls.
data "aws_iam_policy_document" "others" {
  statement {
    sid       = "Connections"
    actions   = ["secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"]
    resources = var.secrets_arns
  }

  statement {
    sid       = "Alerts"
    actions   = ["sns:Publish"]
    resources = [var.topic_arn]
  }
}
