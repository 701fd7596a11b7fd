# The real provider renders the real policies, without a network and without an account: what it would ask AWS for is
# given below. `make terraform` runs this.
provider "aws" {
  region                      = "eu-west-2"
  access_key                  = "offline"
  secret_key                  = "offline"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
}

override_data {
  target = data.aws_caller_identity.current
  values = { account_id = "123456789012" }
}

override_data {
  target = data.aws_partition.current
  values = { partition = "aws" }
}

override_data {
  target = module.network.data.aws_availability_zones.available
  values = { names = ["eu-west-2a", "eu-west-2b", "eu-west-2c"] }
}

override_data {
  target = module.mwaa[0].data.aws_s3_object.package
  values = { version_id = "version-one" }
}

override_resource {
  target          = module.kms.aws_kms_key.this
  override_during = plan
  values          = { arn = "arn:aws:kms:eu-west-2:123456789012:key/00000000-0000-0000-0000-000000000000" }
}

override_resource {
  target          = module.execution_role.module.role.aws_iam_role.this
  override_during = plan
  values          = { arn = "arn:aws:iam::123456789012:role/totes-prod-execution" }
}

override_resource {
  target          = module.deploy_role[0].aws_iam_openid_connect_provider.github
  override_during = plan
  values          = { arn = "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com" }
}

override_resource {
  target          = module.network.aws_subnet.private
  override_during = plan
  values          = { id = "subnet-1" }
}

override_resource {
  target          = module.alerts.aws_sns_topic.this["alarms"]
  override_during = plan
  values          = { arn = "arn:aws:sns:eu-west-2:123456789012:totes-prod-alarms" }
}

variables {
  stage             = "prod"
  noncurrent_days   = 30
  catalogue_enabled = true
  alert_emails      = ["data-team@totes.example"]
  github            = { repository = "totes/etl", environment = "prod" }
}

run "prod" {
  command = plan

  assert {
    condition     = toset(keys(output.policies)) == toset(["execution", "smoke", "deploy", "crawler"])
    error_message = "expected the policies of all four roles that programs are."
  }

  assert {
    condition = alltrue(flatten([for policy in values(output.policies) : [
      for statement in jsondecode(policy).Statement : statement.Effect == "Allow" && !can(statement.NotAction) && !can(statement.NotResource)
    ]]))
    error_message = "a role's policy allows what it names, and nothing by exclusion."
  }

  # A whole service, or all of them, is never allowed. These read, and MWAA's user guide asks for them.
  assert {
    condition = toset(flatten([for name, policy in output.policies : [
      for statement in jsondecode(policy).Statement : [for action in flatten([statement.Action]) : "${name} ${action}" if strcontains(action, "*")]
      ]])) == toset([
      "execution s3:GetObject*", "execution s3:GetBucket*", "execution s3:List*", "execution kms:GenerateDataKey*",
    ])
    error_message = "wildcard actions other than the four documented in terraform/README.md."
  }

  # What AWS gives no resource for; terraform/README.md says so, too.
  assert {
    condition = jsonencode({
      for pair in flatten([for name, policy in output.policies : [
        for statement in jsondecode(policy).Statement : { sid = "${name} ${statement.Sid}", actions = sort(flatten([statement.Action])) }
        if contains(flatten([statement.Resource]), "*")
      ]]) : pair.sid => pair.actions
      }) == jsonencode({
      "crawler Settings"          = ["glue:GetSecurityConfiguration"]
      "execution WithoutResource" = ["cloudwatch:PutMetricData", "logs:DescribeLogGroups", "s3:GetAccountPublicAccessBlock"]
      "smoke Network" = [
        "ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface", "ec2:DescribeDhcpOptions", "ec2:DescribeNetworkInterfaces",
        "ec2:DescribeSecurityGroups", "ec2:DescribeSubnets", "ec2:DescribeVpcs",
      ]
      "smoke WithoutResource" = ["sns:Unsubscribe", "sqs:ListQueues"]
    })
    error_message = "wildcard resources other than the documented ones."
  }

  assert {
    condition = toset(flatten([for statement in jsondecode(output.policies.execution).Statement : statement.Resource
      if contains(flatten([statement.Action]), "s3:DeleteObject")])) == toset([
      "arn:aws:s3:::totes-prod-processed-123456789012/alerts/spool/*",
      "arn:aws:s3:::totes-prod-processed-123456789012/testing/alerts/spool/*",
      "arn:aws:s3:::totes-prod-site-123456789012/extracts/*",
      "arn:aws:s3:::totes-prod-site-123456789012/public/*",
    ])
    error_message = "the pipeline deletes told alerts and replaced extracts, and nothing else."
  }

  assert {
    condition = jsondecode(module.execution_role.trust).Statement == [{
      Action    = "sts:AssumeRole"
      Effect    = "Allow"
      Principal = { Service = ["airflow.amazonaws.com", "airflow-env.amazonaws.com"] }
      Condition = { StringEquals = { "aws:SourceAccount" = "123456789012" } }
    }]
    error_message = "MWAA of this account is the execution role, and nobody else."
  }

  assert {
    condition = jsondecode(module.deploy_role[0].trust).Statement[0].Condition == { StringEquals = {
      "token.actions.githubusercontent.com:aud" = "sts.amazonaws.com"
      "token.actions.githubusercontent.com:sub" = "repo:totes/etl:environment:prod"
    } }
    error_message = "the deploy role's sub has to be exact."
  }

  assert {
    condition = [for statement in jsondecode(output.policies.deploy).Statement : statement.Condition.StringEquals
      if contains(flatten([statement.Action]), "iam:PassRole")] == [
      { "iam:PassedToService" = ["airflow.amazonaws.com", "airflow-env.amazonaws.com"] }
    ]
    error_message = "the execution role is passed to MWAA only."
  }

  assert {
    condition = [for statement in jsondecode(output.policies.smoke).Statement : statement.Condition
      if contains(flatten([statement.Action]), "ec2:CreateNetworkInterfacePermission")] == [{
        StringEquals = { "ec2:AuthorizedService" = "codebuild.amazonaws.com" }
        ArnEquals    = { "ec2:Subnet" = ["arn:aws:ec2:eu-west-2:123456789012:subnet/subnet-1", "arn:aws:ec2:eu-west-2:123456789012:subnet/subnet-1"] }
    }]
    error_message = "CodeBuild may use network interfaces of the private subnets only."
  }

  assert {
    condition = alltrue([for bucket in values(module.lake) : alltrue([
      for statement in jsondecode(bucket.policy).Statement : statement.Effect == "Deny" && statement.Principal == "*" && length(statement.Condition) > 0
    ])])
    error_message = "a bucket's policy only denies, everybody, and under a condition."
  }

  assert {
    condition = alltrue([for bucket in values(module.lake) : length(setsubtract(
      ["OnlyByTLS", "OnlyByRecentTLS", "NoOtherEncryption", "NoOtherKey"], [for statement in jsondecode(bucket.policy).Statement : statement.Sid]
    )) == 0])
    error_message = "every bucket wants TLS 1.2 and the key."
  }

  assert {
    condition = jsonencode({
      for zone, bucket in module.lake : zone => flatten([for statement in jsondecode(bucket.policy).Statement : statement.Resource
      if statement.Sid == "NothingIsOverwritten" && try(statement.Condition.Null["s3:if-none-match"] == "true", false)])
      }) == jsonencode({
      mwaa = []
      raw  = ["arn:aws:s3:::totes-prod-raw-123456789012/*"]
      processed = [
        "arn:aws:s3:::totes-prod-processed-123456789012/testing/quarantine/*",
        "arn:aws:s3:::totes-prod-processed-123456789012/testing/processed/*",
        "arn:aws:s3:::totes-prod-processed-123456789012/quarantine/*",
        "arn:aws:s3:::totes-prod-processed-123456789012/processed/*",
      ]
      site = []
    })
    error_message = "writes to the lake have to be conditional."
  }

  assert {
    condition     = output.environment == "totes-prod"
    error_message = "the environment is called totes-prod."
  }

  assert {
    condition = output.smoke == {
      AIRFLOW__TOTES__RAW_BUCKET       = "totes-prod-raw-123456789012"
      AIRFLOW__TOTES__PROCESSED_BUCKET = "totes-prod-processed-123456789012"
      AIRFLOW__TOTES__ALERT_TOPIC      = "arn:aws:sns:eu-west-2:123456789012:totes-prod-alerts"
    }
    error_message = "the smoke test needs buckets and topic."
  }

  assert {
    condition = toset(output.alarms) == toset([
      "totes-prod-scheduler-heartbeat", "totes-prod-task-failures", "totes-prod-behind",
      "totes-prod-warehouse-storage", "totes-prod-warehouse-cpu",
    ])
    error_message = "expected all five alarms."
  }
}
