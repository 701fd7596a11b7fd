resource "aws_cloudwatch_log_group" "flow" {
  #checkov:skip=CKV_AWS_338:how long logs are kept is the variable log_retention_days
  name              = "/${var.name}/flow"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.kms_key_arn
}

resource "aws_flow_log" "this" {
  vpc_id          = aws_vpc.this.id
  traffic_type    = "ALL"
  log_destination = aws_cloudwatch_log_group.flow.arn
  iam_role_arn    = module.flow_role.arn
}

module "flow_role" {
  source   = "../service-role"
  name     = "${var.name}-flow-logs"
  services = ["vpc-flow-logs.amazonaws.com"]
  account  = var.account
  policy   = data.aws_iam_policy_document.flow.json
}

data "aws_iam_policy_document" "flow" {
  statement {
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"]
    resources = ["arn:${var.partition}:logs:${var.region}:${var.account}:log-group:/${var.name}/flow:*"]
  }
}
