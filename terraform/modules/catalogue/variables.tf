variable "name" {
  description = "What names begin with."
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

variable "bucket" {
  description = "The processed zone's bucket."
  type        = string
}

variable "bucket_arn" {
  description = "The processed zone's bucket."
  type        = string
}

variable "kms_key_arn" {
  description = "The lake's key."
  type        = string
}

variable "force_destroy" {
  description = "Whether the workgroup may be destroyed with the questions it remembers."
  type        = bool
}
