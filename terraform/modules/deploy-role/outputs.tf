output "arn" {
  description = "The role, for GitHub's variable AWS_ROLE_ARN."
  value       = aws_iam_role.this.arn
}

output "policy" {
  description = "What it may do, JSON."
  value       = data.aws_iam_policy_document.this.json
}

output "trust" {
  description = "Who may be it, JSON."
  value       = data.aws_iam_policy_document.trust.json
}
