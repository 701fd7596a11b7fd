module "role" {
  source     = "../service-role"
  name       = "${var.name}-smoke"
  services   = ["codebuild.amazonaws.com"]
  account    = var.account
  source_arn = var.project_arn
  policy     = data.aws_iam_policy_document.this.json
}

# README.md, Smoke test, says what it needs; CodeBuild needs the rest.
data "aws_iam_policy_document" "this" {
  #checkov:skip=CKV_AWS_111:EC2 knows no resource for these before the interface is there (CodeBuild's user guide)
  #checkov:skip=CKV_AWS_356:AWS knows no resource for these; listed in terraform/README.md
  statement {
    sid       = "Trigger"
    actions   = ["airflow:InvokeRestApi"]
    resources = ["arn:${var.partition}:airflow:${var.region}:${var.account}:role/${var.name}/Op"]
  }

  statement {
    sid       = "Package"
    actions   = ["s3:GetObject", "s3:GetObjectVersion"]
    resources = [for key in ["dags/constraints.txt", "plugins.zip"] : "${var.bucket_arns.mwaa}/${key}"]
  }

  statement {
    sid       = "BucketOfPackage"
    actions   = ["s3:GetBucketAcl", "s3:GetBucketLocation"]
    resources = [var.bucket_arns.mwaa]
  }

  statement {
    sid       = "Lake"
    actions   = ["s3:ListBucket"]
    resources = [var.bucket_arns.raw, var.bucket_arns.processed]
  }

  statement {
    sid       = "LakeOfTests"
    actions   = ["s3:DeleteObject"]
    resources = [for bucket in [var.bucket_arns.raw, var.bucket_arns.processed] : "${bucket}/testing/*"]
  }

  statement {
    sid       = "Topic"
    actions   = ["sns:Subscribe", "sns:ListSubscriptionsByTopic"]
    resources = [var.topic_arn]
  }

  statement {
    sid = "OwnQueues"
    actions = [
      "sqs:CreateQueue", "sqs:DeleteQueue", "sqs:GetQueueAttributes", "sqs:SetQueueAttributes",
      "sqs:ReceiveMessage", "sqs:DeleteMessage",
    ]
    resources = ["arn:${var.partition}:sqs:${var.region}:${var.account}:totes-smoke-*"]
  }

  # AWS knows no resource for these two.
  statement {
    sid       = "WithoutResource"
    actions   = ["sns:Unsubscribe", "sqs:ListQueues"]
    resources = ["*"]
  }

  statement {
    sid       = "Warehouse"
    actions   = ["secretsmanager:GetSecretValue"]
    resources = ["arn:${var.partition}:secretsmanager:${var.region}:${var.account}:secret:${var.warehouse_secret}-??????"]
  }

  statement {
    sid       = "Key"
    actions   = ["kms:Decrypt"]
    resources = [var.kms_key_arn]
    condition {
      test     = "StringEquals"
      variable = "kms:ViaService"
      values   = [for service in ["s3", "secretsmanager"] : "${service}.${var.region}.amazonaws.com"]
    }
  }

  statement {
    sid       = "Words"
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = ["${local.log_group_arn}:*"]
  }

  statement {
    sid = "Network"
    actions = [
      "ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface", "ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets",
      "ec2:DescribeSecurityGroups", "ec2:DescribeDhcpOptions", "ec2:DescribeVpcs",
    ]
    resources = ["*"]
  }

  statement {
    sid       = "NetworkForCodeBuild"
    actions   = ["ec2:CreateNetworkInterfacePermission"]
    resources = ["arn:${var.partition}:ec2:${var.region}:${var.account}:network-interface/*"]
    condition {
      test     = "StringEquals"
      variable = "ec2:AuthorizedService"
      values   = ["codebuild.amazonaws.com"]
    }
    condition {
      test     = "ArnEquals"
      variable = "ec2:Subnet"
      values   = [for id in var.subnet_ids : "arn:${var.partition}:ec2:${var.region}:${var.account}:subnet/${id}"]
    }
  }
}
