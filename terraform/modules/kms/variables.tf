variable "name" {
  description = "What the alias is called."
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

variable "deletion_window_days" {
  description = "How long a deleted key can be had back: 7 to 30 days."
  type        = number
}
