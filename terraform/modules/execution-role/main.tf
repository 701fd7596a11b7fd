# What Airflow on MWAA may do, no more. Kept whole in one document, so that it can be read, and tried, at once.
module "role" {
  source   = "../service-role"
  name     = "${var.name}-execution"
  services = ["airflow.amazonaws.com", "airflow-env.amazonaws.com"]
  account  = var.account
  policy   = data.aws_iam_policy_document.this.json
}

data "aws_iam_policy_document" "this" {
  #checkov:skip=CKV_AWS_111:the wildcard resources are those that MWAA's documentation asks for, listed in terraform/README.md
  #checkov:skip=CKV_AWS_356:the wildcard resources are those that MWAA's documentation asks for, listed in terraform/README.md
  source_policy_documents = [
    data.aws_iam_policy_document.mwaa.json,
    data.aws_iam_policy_document.lake.json,
    data.aws_iam_policy_document.others.json,
  ]
}
