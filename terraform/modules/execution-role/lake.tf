# The pipeline's own S3 calls (include/object_store.py, include/analytics/extracts/site.py).
data "aws_iam_policy_document" "lake" {
  # For the whole bucket, not by prefix: `plan` asks with HeadBucket whether it is there, which names none. Whatever
  # lies in these buckets is the pipeline's own.
  statement {
    sid       = "ListLake"
    actions   = ["s3:ListBucket", "s3:GetBucketLocation"]
    resources = [var.bucket_arns.raw, var.bucket_arns.processed, var.bucket_arns.site]
  }

  statement {
    sid       = "ReadAndAddToLake"
    actions   = ["s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload"]
    resources = concat(var.written.raw, var.written.processed, var.written.site)
  }

  # Alerts that wait while the warehouse is down, and extracts that nobody reads any more. Rows are never deleted.
  statement {
    sid       = "ForgetWhatIsToldOrReplaced"
    actions   = ["s3:DeleteObject"]
    resources = concat(var.deleted.processed, var.deleted.site)
  }
}
