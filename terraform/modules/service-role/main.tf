# A role that an AWS service is, on behalf of this account alone, and what it may do.
resource "aws_iam_role" "this" {
  name               = var.name
  assume_role_policy = data.aws_iam_policy_document.trust.json
}

data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = var.services
    }
    condition {
      test     = "StringEquals"
      variable = var.source_arn == null ? "aws:SourceAccount" : "aws:SourceArn"
      values   = [var.source_arn == null ? var.account : var.source_arn]
    }
  }
}

resource "aws_iam_role_policy" "this" {
  name   = "this"
  role   = aws_iam_role.this.id
  policy = var.policy
}
