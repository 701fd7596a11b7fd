variable "name" {
  description = "The MWAA environment's name, and what alarms begin with."
  type        = string
}

variable "region" {
  description = "The region."
  type        = string
}

variable "namespace" {
  description = "Where the pipeline puts its metrics; empty: it puts none, and nothing watches how far it is behind."
  type        = string
}

variable "topic_arn" {
  description = "The topic that alarms and budget tell."
  type        = string
}

variable "mwaa_enabled" {
  description = "Whether there is an Airflow to watch."
  type        = bool
}

variable "deadline_minutes" {
  description = "How far the warehouse may be behind."
  type        = number
}

variable "warehouse" {
  description = "The RDS instance to watch; null where there is none of ours."
  type        = object({ identifier = string, storage_gb = number })
}

variable "monthly_budget_usd" {
  description = "The account's budget; 0 for none."
  type        = number
}
