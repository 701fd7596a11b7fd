output "name" {
  description = "The bucket; known only once its policy and its public access block are there."
  value       = aws_s3_bucket.this.id
  depends_on  = [aws_s3_bucket_policy.this, aws_s3_bucket_versioning.this]
}

output "arn" {
  description = "The bucket."
  value       = local.arn
}

output "policy" {
  description = "The bucket's policy, JSON."
  value       = data.aws_iam_policy_document.this.json
}
