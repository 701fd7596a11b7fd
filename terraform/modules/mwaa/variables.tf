variable "name" {
  description = "The environment's name."
  type        = string
}

variable "airflow_version" {
  description = "Airflow's version."
  type        = string
}

variable "environment_class" {
  description = "The environment's size."
  type        = string
}

variable "schedulers" {
  description = "How many schedulers."
  type        = number
}

variable "workers" {
  description = "The least and the most workers."
  type        = object({ min = number, max = number })
}

variable "webservers" {
  description = "The least and the most web servers."
  type        = object({ min = number, max = number })
}

variable "webserver_access" {
  description = "PUBLIC_ONLY or PRIVATE_ONLY."
  type        = string
}

variable "maintenance_window" {
  description = "DAY:HH:MM, UTC."
  type        = string
}

variable "options" {
  description = "Airflow's configuration options."
  type        = map(string)
}

variable "bucket" {
  description = "The package's bucket."
  type        = string
}

variable "bucket_arn" {
  description = "The package's bucket."
  type        = string
}

variable "startup_script" {
  description = "Whether the package brings a startup.sh."
  type        = bool
}

variable "execution_role_arn" {
  description = "The role that Airflow is."
  type        = string
}

variable "kms_key_arn" {
  description = "The key, by ARN."
  type        = string
}

variable "subnet_ids" {
  description = "Two private subnets with a way to the Internet."
  type        = list(string)
}

variable "security_group_id" {
  description = "The components' security group."
  type        = string
}

variable "log_retention_days" {
  description = "How long logs are kept."
  type        = number
}
