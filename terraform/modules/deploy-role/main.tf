# The role of deploy.yml: GitHub's token is exchanged for it, so no key is kept anywhere.
resource "aws_iam_openid_connect_provider" "github" {
  count          = var.github.provider_arn == null ? 1 : 0
  url            = "https://token.actions.githubusercontent.com"
  client_id_list = ["sts.amazonaws.com"]
}

locals {
  provider_arn = coalesce(var.github.provider_arn, one(aws_iam_openid_connect_provider.github[*].arn), "unknown")
}

resource "aws_iam_role" "this" {
  name                 = "${var.name}-deploy"
  assume_role_policy   = data.aws_iam_policy_document.trust.json
  max_session_duration = 7200 # seconds: an update of the environment takes up to half an hour, a rollback another one
}

# One repository, one GitHub environment, spelled out: a wildcard would let in branches, pull requests, forks' names.
data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRoleWithWebIdentity"]
    principals {
      type        = "Federated"
      identifiers = [local.provider_arn]
    }
    condition {
      test     = "StringEquals"
      variable = "token.actions.githubusercontent.com:aud"
      values   = ["sts.amazonaws.com"]
    }
    condition {
      test     = "StringEquals"
      variable = "token.actions.githubusercontent.com:sub"
      values   = ["repo:${var.github.repository}:environment:${var.github.environment}"]
    }
  }
}

resource "aws_iam_role_policy" "this" {
  name   = "deploy"
  role   = aws_iam_role.this.id
  policy = data.aws_iam_policy_document.this.json
}

data "aws_iam_policy_document" "this" {
  # What `python -m deploy` asks; the encryption is asked for by MWAA (its user guide, Accessing an Amazon MWAA environment).
  statement {
    sid       = "BucketOfPackage"
    actions   = ["s3:ListBucket", "s3:GetBucketVersioning", "s3:GetEncryptionConfiguration"]
    resources = [var.bucket_arn]
  }

  statement {
    sid       = "ReplacePackage"
    actions   = ["s3:GetObject", "s3:GetObjectVersion", "s3:PutObject", "s3:DeleteObject"]
    resources = [for key in ["dags/*", "plugins.zip", "requirements.txt", "startup.sh"] : "${var.bucket_arn}/${key}"]
  }

  statement {
    sid       = "KeyOfPackage"
    actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
    resources = [var.kms_key_arn]
    condition {
      test     = "StringEquals"
      variable = "kms:ViaService"
      values   = ["s3.${var.region}.amazonaws.com"]
    }
  }

  statement {
    sid       = "Environment"
    actions   = ["airflow:GetEnvironment", "airflow:UpdateEnvironment"]
    resources = [var.environment_arn]
  }

  # UpdateEnvironment hands the execution role on, to MWAA and nobody else.
  statement {
    sid       = "ExecutionRole"
    actions   = ["iam:PassRole"]
    resources = [var.execution_role_arn]
    condition {
      test     = "StringEquals"
      variable = "iam:PassedToService"
      values   = ["airflow.amazonaws.com", "airflow-env.amazonaws.com"]
    }
  }

  statement {
    sid       = "SmokeTest"
    actions   = ["codebuild:StartBuild", "codebuild:BatchGetBuilds"]
    resources = [var.smoke_project_arn]
  }

  statement {
    sid       = "SmokeTestsWords"
    actions   = ["logs:GetLogEvents"]
    resources = ["${var.smoke_log_group_arn}:*"]
  }
}
