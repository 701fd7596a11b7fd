# moto forgets a parameter group's parameters, Performance Insights, and a security group rule's description.
resource "aws_vpc_security_group_ingress_rule" "clients" {
  lifecycle {
    ignore_changes = [description]
  }
}

resource "aws_db_parameter_group" "this" {
  lifecycle {
    ignore_changes = [parameter]
  }
}

resource "aws_db_instance" "this" {
  lifecycle {
    ignore_changes = [engine_version, performance_insights_enabled, performance_insights_kms_key_id]
  }
}
