# Two topics. `alerts` is the pipeline's (include/alerts): its messages carry attributes, by which readers choose.
# `alarms` is CloudWatch's and the budget's: theirs carry none, so a filter would drop every one of them.
resource "aws_sns_topic" "this" {
  for_each          = var.topic_arns
  name              = "${var.name}-${each.key}"
  kms_master_key_id = var.kms_key_arn # not alias/aws/sns: alarms could not publish to it
}

resource "aws_sns_topic_policy" "this" {
  for_each = var.topic_arns
  arn      = aws_sns_topic.this[each.key].arn
  policy   = each.key == "alarms" ? data.aws_iam_policy_document.alarms.json : data.aws_iam_policy_document.alerts.json
}

# Roles of this account publish and subscribe by their own policies; nobody else does.
data "aws_iam_policy_document" "alerts" {
  statement {
    sid       = "OnlyByTLS"
    effect    = "Deny"
    actions   = ["sns:Publish"]
    resources = [var.topic_arns.alerts]
    principals {
      type        = "*"
      identifiers = ["*"]
    }
    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }
}

data "aws_iam_policy_document" "alarms" {
  statement {
    sid       = "AlarmsAndBudgets"
    actions   = ["sns:Publish"]
    resources = [var.topic_arns.alarms]
    principals {
      type        = "Service"
      identifiers = ["cloudwatch.amazonaws.com", "budgets.amazonaws.com"]
    }
    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [var.account]
    }
  }
}

resource "aws_sns_topic_subscription" "people" {
  for_each      = var.emails
  topic_arn     = aws_sns_topic.this["alerts"].arn
  protocol      = "email"
  endpoint      = each.value
  filter_policy = jsonencode({ environment = ["production"], event = var.events })
}

resource "aws_sns_topic_subscription" "people_of_alarms" {
  for_each  = var.emails
  topic_arn = aws_sns_topic.this["alarms"].arn
  protocol  = "email"
  endpoint  = each.value
}
