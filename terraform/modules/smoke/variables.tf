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

variable "project_arn" {
  description = "The ARN that the project will have."
  type        = string
}

variable "package_bucket" {
  description = "The package's bucket."
  type        = string
}

variable "bucket_arns" {
  description = "The buckets of the package and of the lake's zones."
  type        = object({ mwaa = string, raw = string, processed = string })
}

variable "topic_arn" {
  description = "The topic that the test listens to."
  type        = string
}

variable "warehouse_secret" {
  description = "The name of the secret with the connection by which the test reaches the warehouse."
  type        = string
}

variable "environment_variables" {
  description = "What the test has to know of the deployment (README.md, Smoke test)."
  type        = map(string)
}

variable "kms_key_arn" {
  description = "The key of all of it."
  type        = string
}

variable "vpc_id" {
  description = "The VPC."
  type        = string
}

variable "subnet_ids" {
  description = "Private subnets with a way to the Internet."
  type        = list(string)
}

variable "security_group_id" {
  description = "A security group that may reach the warehouse."
  type        = string
}

variable "log_retention_days" {
  description = "How long its words are kept."
  type        = number
}
