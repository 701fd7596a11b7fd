# A private, versioned, encrypted bucket.
resource "aws_s3_bucket" "this" {
  #checkov:skip=CKV_AWS_18:who read what is CloudTrail's to tell; server access logs would be a bucket more
  #checkov:skip=CKV_AWS_144:the lake is made again from the shop, and the warehouse from the lake
  #checkov:skip=CKV2_AWS_62:nothing waits for single objects; the DAG knows what it wrote
  #checkov:skip=CKV_AWS_21:it is versioned (below), which is not seen through count and for_each
  #checkov:skip=CKV_AWS_145:it is encrypted with the key (below), which is not seen through count and for_each
  #checkov:skip=CKV2_AWS_6:public access is blocked (below), which is not seen through count and for_each
  #checkov:skip=CKV2_AWS_61:it has lifecycle rules (below), which is not seen through count and for_each
  bucket              = var.bucket
  object_lock_enabled = var.lock != null
  force_destroy       = var.force_destroy
}

resource "aws_s3_bucket_versioning" "this" {
  bucket = aws_s3_bucket.this.id
  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_public_access_block" "this" {
  bucket                  = aws_s3_bucket.this.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_ownership_controls" "this" {
  bucket = aws_s3_bucket.this.id
  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "this" {
  bucket = aws_s3_bucket.this.id
  rule {
    bucket_key_enabled = true # one question to KMS for many objects
    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = var.kms_key_arn
    }
  }
}

# It keeps versions: what is "deleted" hides behind a marker until its days are over.
resource "aws_s3_bucket_object_lock_configuration" "this" {
  count  = var.lock == null ? 0 : 1
  bucket = aws_s3_bucket.this.id
  rule {
    default_retention {
      mode = var.lock.mode
      days = var.lock.days
    }
  }
  depends_on = [aws_s3_bucket_versioning.this]
}

resource "aws_s3_bucket_policy" "this" {
  bucket     = aws_s3_bucket.this.id
  policy     = data.aws_iam_policy_document.this.json
  depends_on = [aws_s3_bucket_public_access_block.this]
}
