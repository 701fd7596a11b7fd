variable "bucket" {
  description = "The bucket's name."
  type        = string
}

variable "partition" {
  description = "aws, or one of its siblings."
  type        = string
}

variable "kms_key_arn" {
  description = "The key that everything in it is encrypted with."
  type        = string
}

variable "lifecycle_rules" {
  description = "Rules as `put-bucket-lifecycle-configuration` takes them."
  type        = any
  default     = []
}

variable "noncurrent_days" {
  description = "How long versions are kept that are no longer the current ones."
  type        = number
}

variable "lock" {
  description = "Object Lock's default retention; null for none."
  type        = object({ mode = string, days = number })
  default     = null
}

variable "write_once_prefixes" {
  description = "Where every put has to be conditional (If-None-Match: *); '' for the whole bucket."
  type        = list(string)
  default     = []
}

variable "force_destroy" {
  description = "Whether it may be destroyed with what it holds."
  type        = bool
}
