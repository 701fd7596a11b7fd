# moto forgets the description of a rule that names a security group.
resource "aws_vpc_security_group_ingress_rule" "itself" {
  lifecycle {
    ignore_changes = [description]
  }
}

resource "aws_vpc_security_group_egress_rule" "itself" {
  lifecycle {
    ignore_changes = [description]
  }
}
