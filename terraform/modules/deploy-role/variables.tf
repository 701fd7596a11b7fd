variable "name" {
  description = "What the role's name begins with."
  type        = string
}

variable "region" {
  description = "The region."
  type        = string
}

variable "github" {
  description = "The root's variable `github`."
  type = object({
    repository   = string
    environment  = string
    provider_arn = optional(string)
  })
}

variable "bucket_arn" {
  description = "The package's bucket."
  type        = string
}

variable "environment_arn" {
  description = "The MWAA environment."
  type        = string
}

variable "execution_role_arn" {
  description = "The role that is handed to MWAA."
  type        = string
}

variable "smoke_project_arn" {
  description = "The CodeBuild project that runs the smoke test."
  type        = string
}

variable "smoke_log_group_arn" {
  description = "Where the smoke test writes what it found."
  type        = string
}

variable "kms_key_arn" {
  description = "The package's key."
  type        = string
}
