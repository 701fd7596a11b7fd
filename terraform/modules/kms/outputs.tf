output "key_arn" {
  description = "The key; by ARN, as MWAA takes no alias."
  value       = aws_kms_key.this.arn
}

output "policy" {
  description = "The key's policy, JSON."
  value       = data.aws_iam_policy_document.key.json
}
