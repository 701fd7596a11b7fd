variable "mwaa_enabled" {
  description = "Whether the MWAA environment is there. false for the first apply: it cannot be made before its package is in the bucket."
  type        = bool
  default     = true
}

variable "airflow_version" {
  description = "The Airflow version; requirements.txt and its constraints are made for this one."
  type        = string
  default     = "3.3.1"

  validation {
    condition     = can(regex("^3\\.3\\.[0-9]+$", var.airflow_version))
    error_message = "airflow_version is '${var.airflow_version}'; expected 3.3.x, which this project is tested with."
  }
}

variable "environment_class" {
  description = "The size of the environment."
  type        = string
  default     = "mw1.small"

  validation {
    condition     = contains(["mw1.micro", "mw1.small", "mw1.medium", "mw1.large", "mw1.xlarge", "mw1.2xlarge"], var.environment_class)
    error_message = "environment_class is '${var.environment_class}'; expected mw1.micro, small, medium, large, xlarge or 2xlarge."
  }
}

variable "schedulers" {
  description = "How many schedulers: exactly 1 on mw1.micro, else 2 to 5."
  type        = number
  default     = 2

  validation {
    condition     = var.environment_class == "mw1.micro" ? var.schedulers == 1 : var.schedulers >= 2 && var.schedulers <= 5
    error_message = "schedulers is ${var.schedulers} on ${var.environment_class}; expected 1 on mw1.micro, else 2 to 5."
  }
}

variable "workers" {
  description = "The least and the most workers: exactly 1 on mw1.micro, else 1 to 25."
  type        = object({ min = number, max = number })
  default     = { min = 1, max = 3 }

  validation {
    condition = (
      var.workers.min >= 1 && var.workers.min <= var.workers.max &&
      var.workers.max <= (var.environment_class == "mw1.micro" ? 1 : 25)
    )
    error_message = "workers is ${jsonencode(var.workers)} on ${var.environment_class}; expected 1 to 1 on mw1.micro, else between 1 and 25."
  }
}

variable "webservers" {
  description = "The least and the most web servers: exactly 1 on mw1.micro, else 2 to 5."
  type        = object({ min = number, max = number })
  default     = { min = 2, max = 2 }

  validation {
    condition = (
      var.webservers.min <= var.webservers.max &&
      (var.environment_class == "mw1.micro" ? var.webservers.min == 1 && var.webservers.max == 1 : var.webservers.min >= 2 && var.webservers.max <= 5)
    )
    error_message = "webservers is ${jsonencode(var.webservers)} on ${var.environment_class}; expected 1 to 1 on mw1.micro, else between 2 and 5."
  }
}

variable "maintenance_window" {
  description = "When AWS may maintain the environment (UTC): DAY:HH:MM, on the hour or half past."
  type        = string
  default     = "SUN:03:30"

  validation {
    condition     = can(regex("^(MON|TUE|WED|THU|FRI|SAT|SUN):([01][0-9]|2[0-3]):(00|30)$", var.maintenance_window))
    error_message = "maintenance_window is '${var.maintenance_window}'; expected for example SUN:03:30, on the hour or half past."
  }
}

variable "webserver_access" {
  description = "Who reaches Airflow's web server: PUBLIC_ONLY (the Internet, behind IAM) or PRIVATE_ONLY (the VPC)."
  type        = string
  default     = "PUBLIC_ONLY"

  validation {
    condition     = contains(["PUBLIC_ONLY", "PRIVATE_ONLY"], var.webserver_access)
    error_message = "webserver_access is '${var.webserver_access}'; expected PUBLIC_ONLY or PRIVATE_ONLY."
  }
}

variable "startup_script" {
  description = "Whether the package brings a startup.sh."
  type        = bool
  default     = false
}

variable "airflow_options" {
  description = "Configuration options beside those that follow from this configuration, for example { \"totes.mail_to\" = \"a@example.org\" }. No secrets: MWAA shows them."
  type        = map(string)
  default     = {}

  validation {
    condition     = alltrue([for name in keys(var.airflow_options) : can(regex("^[a-z_]+\\.[a-z0-9_]+$", name)) && !startswith(name, "secrets.")])
    error_message = "airflow_options names ${jsonencode(keys(var.airflow_options))}; expected section.option, and none of the section secrets."
  }

  validation {
    condition     = length(setintersection(keys(var.airflow_options), keys(local.pipeline_options))) == 0
    error_message = "airflow_options sets ${join(", ", setintersection(keys(var.airflow_options), keys(local.pipeline_options)))}; expected none of what this configuration sets itself: see the variables deadline_minutes and database_certificate, and terraform/airflow.tf."
  }
}

variable "deadline_minutes" {
  description = "How far the warehouse may be behind the shop before the freshness alarm goes off (totes.deadline_minutes)."
  type        = number
  default     = 30

  validation {
    condition     = var.deadline_minutes >= 20 && var.deadline_minutes == floor(var.deadline_minutes)
    error_message = "deadline_minutes is ${var.deadline_minutes}; expected a whole number, 20 or more (a quarter of an hour goes by before an alarm goes off)."
  }
}

variable "database_certificate" {
  description = "Whether the package brings the authority of the databases' certificates (deploy package --certificate), as RDS needs it. false: they are signed by a public one."
  type        = bool
  default     = true
}
