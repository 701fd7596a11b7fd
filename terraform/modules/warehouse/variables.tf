variable "name" {
  description = "What names begin with."
  type        = string
}

variable "settings" {
  description = "The root's variable `warehouse`."
  type = object({
    instance_class      = string
    engine_version      = string
    storage_gb          = number
    max_storage_gb      = number
    multi_az            = bool
    backup_days         = number
    deletion_protection = bool
  })
}

variable "vpc_id" {
  description = "The VPC."
  type        = string
}

variable "subnet_ids" {
  description = "Two private subnets."
  type        = list(string)
}

variable "client_security_group_ids" {
  description = "Who may connect, by what it is."
  type        = map(string)
}

variable "kms_key_arn" {
  description = "The key of storage, backups, insights and the master's secret."
  type        = string
}

variable "log_retention_days" {
  description = "How long logs are kept."
  type        = number
}
