variable "name" {
  description = "What the secrets that are no connections begin with."
  type        = string
}

variable "prefix" {
  description = "What the connections' names begin with."
  type        = string
}

variable "connections" {
  description = "Airflow's connections and what each is; totes_aws among them."
  type        = map(string)
}

variable "region" {
  description = "The region."
  type        = string
}

variable "kms_key_arn" {
  description = "The key that they are encrypted with."
  type        = string
}

variable "recovery_days" {
  description = "How long a deleted secret can be had back; 0: not at all."
  type        = number
}
