# The package's bucket and the three of the pipeline. MWAA starts workers from versions by their ids, the newest or not, so
# those of the package stay longer.
module "lake" {
  source              = "./modules/bucket"
  for_each            = local.buckets
  bucket              = each.value
  partition           = local.partition
  kms_key_arn         = module.kms.key_arn
  lifecycle_rules     = try(local.lifecycle_rules[each.key], [])
  noncurrent_days     = each.key == "mwaa" ? max(var.noncurrent_days, 90) : var.noncurrent_days
  lock                = each.key == "raw" ? var.raw_lock : null
  write_once_prefixes = lookup(local.write_once, each.key, [])
  force_destroy       = var.force_destroy
}

locals {
  bucket_arns = { for zone, bucket in local.buckets : zone => "arn:${local.partition}:s3:::${bucket}" }

  # Manifests and parts are never overwritten. The few objects below alerts/ that say what was told last are.
  write_once = {
    raw       = [""]
    processed = [for prefix in setproduct(local.environments, ["processed/", "quarantine/"]) : join("", prefix)]
  }

  lifecycle_rules = { raw = local.lifecycle.raw, processed = concat(local.lifecycle.processed, local.athena) }
  athena = var.catalogue_enabled ? [
    { ID = "answers-go", Status = "Enabled", Filter = { Prefix = "athena/" }, Expiration = { Days = 7 } }
  ] : []

  written_prefixes = {
    raw       = [for prefix in local.environments : "${prefix}raw/"]
    processed = [for prefix in setproduct(local.environments, ["processed/", "quarantine/", "alerts/"]) : join("", prefix)]
    site      = ["extracts/", "public/"]
  }

  deleted_prefixes = {
    processed = [for prefix in local.environments : "${prefix}alerts/spool/"]
    site      = ["extracts/", "public/"]
  }

  written = { for zone, prefixes in local.written_prefixes : zone => [for prefix in prefixes : "${local.bucket_arns[zone]}/${prefix}*"] }
  deleted = { for zone, prefixes in local.deleted_prefixes : zone => [for prefix in prefixes : "${local.bucket_arns[zone]}/${prefix}*"] }
}
