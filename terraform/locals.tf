data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}

locals {
  # `totes-dev`: what everything in the account is called, the MWAA environment itself included.
  name      = "${var.project}-${var.stage}"
  account   = data.aws_caller_identity.current.account_id
  partition = data.aws_partition.current.partition

  # Bucket names are shared with the whole world, so each carries the account.
  buckets = { for zone in ["mwaa", "raw", "processed", "site"] : zone => "${local.name}-${zone}-${local.account}" }

  # ARNs are spelled where a policy needs them before (or without) the resource: it is known at plan time then.
  arn_end         = "${var.region}:${local.account}"
  environment_arn = "arn:${local.partition}:airflow:${local.arn_end}:environment/${local.name}"
  topic_arns      = { for topic in ["alerts", "alarms"] : topic => "arn:${local.partition}:sns:${local.arn_end}:${local.name}-${topic}" }

  # Secrets Manager adds a '-' and six letters to a secret's name. Each by its name: what else lies below the prefix is not ours.
  secrets_arns = [for name in keys(local.connections) : "arn:${local.partition}:secretsmanager:${local.arn_end}:secret:${var.secrets_prefix}/${name}-??????"]

  # Where the pipeline writes (include/object_keys.py), as production and, behind testing/, as its tests.
  environments = ["", "testing/"]

  # Of the pipeline's own metrics (include/metrics.py). A deployment each: the freshness alarm must not hear another one.
  namespace = lookup(var.airflow_options, "totes.cloudwatch_namespace", local.name)

  # The rules are written once, where the embedded stack reads them too.
  lifecycle = { for zone in ["raw", "processed"] : zone => jsondecode(file("${path.module}/../include/retention/${zone}.json")).Rules }
}
