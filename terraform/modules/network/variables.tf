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

variable "cidr" {
  description = "The VPC's addresses."
  type        = string
}

variable "database_cidrs" {
  description = "Networks outside of the VPC in which workers may reach PostgreSQL."
  type        = list(string)
}

variable "kms_key_arn" {
  description = "The key of the flow logs."
  type        = string
}

variable "log_retention_days" {
  description = "How long flow logs are kept."
  type        = number
}
