output "project" {
  description = "The CodeBuild project."
  value       = aws_codebuild_project.this.name
}

output "log_group_arn" {
  description = "Where it writes what it found."
  value       = aws_cloudwatch_log_group.this.arn
}

output "policy" {
  description = "What it may do, JSON."
  value       = data.aws_iam_policy_document.this.json
}
