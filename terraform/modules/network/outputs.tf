output "vpc_id" {
  description = "The VPC."
  value       = aws_vpc.this.id
}

output "private_subnet_ids" {
  description = "The two private subnets; known only once they have their way to the Internet and to S3."
  value       = aws_subnet.private[*].id
  depends_on  = [aws_route.to_nat, aws_route.to_internet, aws_route_table_association.private, aws_route_table_association.public, aws_vpc_endpoint.s3]
}

output "workers_security_group_id" {
  description = "The security group of Airflow's components; known only once it has its rules."
  value       = aws_security_group.workers.id
  depends_on  = [aws_vpc_security_group_ingress_rule.itself, aws_vpc_security_group_egress_rule.itself, aws_vpc_security_group_egress_rule.internet, aws_vpc_security_group_egress_rule.databases]
}
