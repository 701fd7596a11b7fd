output "project" {
  description = "The CodeBuild project."
  value       = aws_codebuild_project.this.name
}

output "log_group_arn" {
  description = "Where it writes what it found."
  value       = local.log_group_arn
}

output "policy" {
  description = "What it may do, JSON."
  value       = data.aws_iam_policy_document.this.json
}
