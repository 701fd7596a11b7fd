output "names" {
  description = "The secrets by connection."
  value       = { for name, secret in aws_secretsmanager_secret.connection : name => secret.name }
}
