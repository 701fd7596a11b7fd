# What MWAA's components, and the smoke test beside them, may talk to.
resource "aws_security_group" "workers" {
  #checkov:skip=CKV2_AWS_5:MWAA and CodeBuild are put into it, in other modules
  name        = "${var.name}-workers"
  description = "Airflow's components on MWAA, and the smoke test"
  vpc_id      = aws_vpc.this.id
  tags        = { Name = "${var.name}-workers" }
}

# MWAA asks for it: its components, and its own endpoints in this VPC, talk to each other.
resource "aws_vpc_security_group_ingress_rule" "itself" {
  security_group_id            = aws_security_group.workers.id
  description                  = "MWAA among itself"
  referenced_security_group_id = aws_security_group.workers.id
  ip_protocol                  = "-1"
}

resource "aws_vpc_security_group_egress_rule" "itself" {
  security_group_id            = aws_security_group.workers.id
  description                  = "MWAA among itself"
  referenced_security_group_id = aws_security_group.workers.id
  ip_protocol                  = "-1"
}

resource "aws_vpc_security_group_egress_rule" "internet" {
  for_each          = { https = 443, mail = 587 }
  security_group_id = aws_security_group.workers.id
  description       = each.key == "https" ? "AWS, the COVID-19 files, Python packages" : "SMTP with STARTTLS"
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "tcp"
  from_port         = each.value
  to_port           = each.value
}

resource "aws_vpc_security_group_egress_rule" "databases" {
  for_each          = toset(concat([var.cidr], var.database_cidrs))
  security_group_id = aws_security_group.workers.id
  description       = "PostgreSQL"
  cidr_ipv4         = each.value
  ip_protocol       = "tcp"
  from_port         = 5432
  to_port           = 5432
}
