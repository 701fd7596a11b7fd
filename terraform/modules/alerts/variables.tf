variable "name" {
  description = "What names begin with."
  type        = string
}

variable "account" {
  description = "The account's number."
  type        = string
}

variable "topic_arns" {
  description = "The ARNs of the topics `alerts` and `alarms`."
  type        = object({ alerts = string, alarms = string })
}

variable "queue_arn" {
  description = "The ARN of the queue of the alerts."
  type        = string
}

variable "kms_key_arn" {
  description = "The key of topics and queue."
  type        = string
}

variable "emails" {
  description = "Who gets mail."
  type        = set(string)
}

variable "events" {
  description = "What people get by mail (include.alerts.model.Event)."
  type        = list(string)
}
