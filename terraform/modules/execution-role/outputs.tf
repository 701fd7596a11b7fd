output "arn" {
  description = "The role; known only once it may do what MWAA checks at its creation."
  value       = aws_iam_role.this.arn
  depends_on  = [aws_iam_role_policy.this]
}

output "name" {
  description = "The role's name."
  value       = aws_iam_role.this.name
}

output "policy" {
  description = "What it may do, JSON."
  value       = data.aws_iam_policy_document.this.json
}

output "trust" {
  description = "Who may be it, JSON."
  value       = data.aws_iam_policy_document.trust.json
}
