output "workgroup" {
  description = "Athena's workgroup."
  value       = aws_athena_workgroup.this.name
}

output "policy" {
  description = "What the crawler may do, JSON."
  value       = data.aws_iam_policy_document.crawler.json
}
