output "names" {
  description = "The secrets by connection."
  value       = { for name, secret in aws_secretsmanager_secret.connection : name => secret.name }
}

output "owner" {
  description = "The secret of the role that migrates."
  value       = aws_secretsmanager_secret.owner.name
}
