variable "region" {
  description = "The AWS region of everything but the budget, which has none."
  type        = string
  default     = "eu-west-2"

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "region is '${var.region}'; expected a region such as eu-west-2."
  }
}

variable "project" {
  description = "What every name begins with."
  type        = string
  default     = "totes"

  validation {
    condition     = can(regex("^[a-z][a-z0-9]*(-[a-z0-9]+)*$", var.project)) && length(var.project) >= 2 && length(var.project) <= 16
    error_message = "project is '${var.project}'; expected 2 to 16 of a-z, 0-9 and single '-' between them, a letter first: names of buckets and databases are made of it."
  }
}

variable "stage" {
  description = "Which of the two environments this is: dev or prod. One account each is best (docs/deploy-mwaa.md)."
  type        = string

  validation {
    condition     = contains(["dev", "prod"], var.stage)
    error_message = "stage is '${var.stage}'; expected dev or prod."
  }
}

variable "vpc_cidr" {
  description = "The addresses of the VPC; two private subnets and a public one are cut from it. It must not overlap the shop's network."
  type        = string
  default     = "10.42.0.0/20"

  validation {
    condition     = try(cidrsubnet(var.vpc_cidr, 0, 0) == var.vpc_cidr && contains(range(16, 23), tonumber(split("/", var.vpc_cidr)[1])), false)
    error_message = "vpc_cidr is '${var.vpc_cidr}'; expected an IPv4 network of /16 to /22 by its first address, such as 10.42.0.0/20."
  }
}

variable "database_cidrs" {
  description = "Where the workers may reach PostgreSQL outside of the VPC: the shop's database, and an existing warehouse's."
  type        = list(string)
  default     = []

  validation {
    condition = alltrue([for cidr in var.database_cidrs : try(
      cidrsubnet(cidr, 0, 0) == cidr && can(cidrnetmask(cidr)) && tonumber(split("/", cidr)[1]) >= 8, false
    )])
    error_message = "database_cidrs is ${jsonencode(var.database_cidrs)}; expected IPv4 networks of /8 or smaller by their first addresses, such as 10.1.0.0/16."
  }
}

variable "secrets_prefix" {
  description = "Where the connections lie in Secrets Manager. A second environment in the same account needs another one."
  type        = string
  default     = "airflow/connections"

  validation {
    condition     = can(regex("^[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*$", var.secrets_prefix))
    error_message = "secrets_prefix is '${var.secrets_prefix}'; expected a path without a slash at either end."
  }
}

variable "alert_emails" {
  description = "Who gets the pipeline's failures and lateness, and AWS's alarms, by e-mail. Each address has to confirm two subscriptions."
  type        = set(string)
  default     = []

  validation {
    condition     = alltrue([for address in var.alert_emails : can(regex("^[^@\\s,<>]+@[^@\\s,<>]+$", address))])
    error_message = "alert_emails is ${jsonencode(var.alert_emails)}; expected e-mail addresses."
  }
}

variable "monthly_budget_usd" {
  description = "Whose account costs more a month than this (or will, by forecast) hears of it. 0: no budget."
  type        = number
  default     = 0

  validation {
    condition     = var.monthly_budget_usd >= 0
    error_message = "monthly_budget_usd is ${var.monthly_budget_usd}; expected 0 or more."
  }
}

variable "log_retention_days" {
  description = "How long log groups keep what they hold."
  type        = number
  default     = 90

  validation {
    condition = contains(
      [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.log_retention_days
    )
    error_message = "log_retention_days is ${var.log_retention_days}; expected one that CloudWatch knows: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096 (three years), 1827, 2192, 2557, 2922, 3288 or 3653."
  }
}

variable "raw_lock" {
  description = "Object Lock on the raw zone: GOVERNANCE (may be lifted by whoever has the right to) or COMPLIANCE (by nobody), for so many days."
  type        = object({ mode = string, days = number })
  default     = { mode = "GOVERNANCE", days = 30 }

  validation {
    condition     = contains(["GOVERNANCE", "COMPLIANCE"], var.raw_lock.mode) && var.raw_lock.days >= 1 && var.raw_lock.days <= 36500
    error_message = "raw_lock is ${jsonencode(var.raw_lock)}; expected GOVERNANCE or COMPLIANCE, and 1 to 36500 days."
  }
}

variable "noncurrent_days" {
  description = "How long a version of an object that is no longer the current one is kept; those of the package for 90 days at least."
  type        = number
  default     = 90

  validation {
    condition     = var.noncurrent_days >= 1
    error_message = "noncurrent_days is ${var.noncurrent_days}; expected 1 or more."
  }
}

variable "force_destroy" {
  description = "Whether `terraform destroy` may delete buckets and Athena's workgroup with what they hold, and secrets at once. For dev alone."
  type        = bool
  default     = false

  validation {
    condition     = !(var.force_destroy && var.stage == "prod")
    error_message = "force_destroy is true in prod; expected false: take the steps of terraform/README.md, Teardown."
  }
}

variable "github" {
  description = "Who may deploy: jobs of this repository that run in this GitHub environment. provider_arn: the account's OIDC provider for GitHub where there is one already. null: no deploy role."
  type = object({
    repository   = string
    environment  = string
    provider_arn = optional(string)
  })
  default = null

  validation {
    condition     = var.github == null || try(can(regex("^[\\w.-]+/[\\w.-]+$", var.github.repository)) && can(regex("^[\\w.-]+$", var.github.environment)), false)
    error_message = "github is ${jsonencode(var.github)}; expected a repository 'owner/name' and an environment's name, both without wildcards."
  }
}

variable "catalogue_enabled" {
  description = "Whether the processed zone can be asked by SQL: a Glue catalogue with a daily crawler, and an Athena workgroup."
  type        = bool
  default     = false
}
