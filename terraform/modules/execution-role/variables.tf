variable "name" {
  description = "The MWAA environment's name."
  type        = string
}

variable "account" {
  description = "The account's number."
  type        = string
}

variable "partition" {
  description = "aws, or one of its siblings."
  type        = string
}

variable "region" {
  description = "The region."
  type        = string
}

variable "environment_arn" {
  description = "The MWAA environment."
  type        = string
}

variable "bucket_arns" {
  description = "The buckets of the package, the lake's zones and the site."
  type        = object({ mwaa = string, raw = string, processed = string, site = string })
}

variable "written" {
  description = "Object ARNs (with a wildcard at the end) that the pipeline reads and writes, by bucket."
  type        = object({ raw = list(string), processed = list(string), site = list(string) })
}

variable "deleted" {
  description = "Object ARNs that the pipeline deletes, too, by bucket."
  type        = object({ processed = list(string), site = list(string) })
}

variable "secrets_arns" {
  description = "The connections' secrets, ARNs with wildcards for what Secrets Manager adds to a name."
  type        = list(string)
}

variable "topic_arn" {
  description = "The topic of the alerts."
  type        = string
}

variable "kms_key_arn" {
  description = "The key of all of it."
  type        = string
}
