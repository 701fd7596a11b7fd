module "role" {
  source   = "../service-role"
  name     = "${var.name}-crawler"
  services = ["glue.amazonaws.com"]
  account  = var.account
  policy   = data.aws_iam_policy_document.crawler.json
}

data "aws_iam_policy_document" "crawler" {
  #checkov:skip=CKV_AWS_356:one action that only reads, for which AWS knows no resource
  statement {
    sid       = "Find"
    actions   = ["s3:ListBucket", "s3:GetBucketLocation"]
    resources = [var.bucket_arn]
  }

  statement {
    sid       = "Look"
    actions   = ["s3:GetObject"]
    resources = ["${var.bucket_arn}/processed/*"]
  }

  statement {
    sid = "Describe"
    actions = [
      "glue:GetDatabase", "glue:GetTable", "glue:GetTables", "glue:CreateTable", "glue:UpdateTable",
      "glue:GetPartition", "glue:GetPartitions", "glue:BatchGetPartition", "glue:BatchCreatePartition",
      "glue:CreatePartition", "glue:UpdatePartition",
    ]
    resources = [
      "${local.glue}:catalog", "${local.glue}:database/${replace(var.name, "-", "_")}",
      "${local.glue}:table/${replace(var.name, "-", "_")}/*",
    ]
  }

  # AWS knows no resource for it; it reads which keys are used.
  statement {
    sid       = "Settings"
    actions   = ["glue:GetSecurityConfiguration"]
    resources = ["*"]
  }

  statement {
    sid       = "Logs"
    actions   = ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents", "logs:AssociateKmsKey"]
    resources = ["arn:${var.partition}:logs:${var.region}:${var.account}:log-group:/aws-glue/crawlers*"]
  }

  statement {
    sid       = "Key"
    actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
    resources = [var.kms_key_arn]
  }
}

locals {
  glue = "arn:${var.partition}:glue:${var.region}:${var.account}"
}
