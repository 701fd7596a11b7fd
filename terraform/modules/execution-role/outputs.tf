output "arn" {
  description = "The role; known only once it may do what MWAA checks at its creation."
  value       = module.role.arn
}

output "policy" {
  description = "What it may do, JSON."
  value       = data.aws_iam_policy_document.this.json
}

output "trust" {
  description = "Who may be it, JSON."
  value       = module.role.trust
}
