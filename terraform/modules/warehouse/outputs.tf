output "address" {
  description = "The host name, which the server's certificate is made out to."
  value       = aws_db_instance.this.address
}

output "identifier" {
  description = "RDS's name of the instance."
  value       = aws_db_instance.this.identifier
}

output "master_secret_arn" {
  description = "Where RDS keeps the master user's name and password."
  value       = try(aws_db_instance.this.master_user_secret[0].secret_arn, null)
}
