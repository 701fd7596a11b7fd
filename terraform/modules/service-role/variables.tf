variable "name" {
  description = "The role's name."
  type        = string
}

variable "services" {
  description = "Who is it: the services' principals."
  type        = list(string)
}

variable "account" {
  description = "The account's number: the services are this role for nobody else."
  type        = string
}

variable "source_arn" {
  description = "The one resource that they are it for, where it is known before."
  type        = string
  default     = null
}

variable "policy" {
  description = "What it may do, JSON."
  type        = string
}
