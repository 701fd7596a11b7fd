output "arn" {
  description = "The role; known only once it may do what it is for."
  value       = aws_iam_role.this.arn
  depends_on  = [aws_iam_role_policy.this]
}

output "trust" {
  description = "Who may be it, JSON."
  value       = data.aws_iam_policy_document.trust.json
}
