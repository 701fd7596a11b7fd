variable "warehouse" {
  description = "The warehouse to make, an RDS PostgreSQL; null where there is one already (then give its network in database_cidrs)."
  type = object({
    instance_class      = string
    engine_version      = optional(string, "17.10")
    storage_gb          = optional(number, 20)
    max_storage_gb      = optional(number, 100)
    multi_az            = optional(bool, false)
    backup_days         = optional(number, 7)
    deletion_protection = optional(bool, true)
  })
  default = { instance_class = "db.t4g.small" }

  validation {
    # Older ones have known holes: 18.4, 17.10 and 16.14 closed them.
    condition = var.warehouse == null || try(
      tonumber(split(".", var.warehouse.engine_version)[1]) >= { "18" = 4, "17" = 10, "16" = 14 }[split(".", var.warehouse.engine_version)[0]], false
    )
    error_message = "warehouse.engine_version is '${try(var.warehouse.engine_version, "")}'; expected 18.4, 17.10 or 16.14, or newer of these."
  }

  validation {
    condition     = var.warehouse == null || can(regex("^db\\.[a-z0-9]+\\.[a-z0-9]+$", var.warehouse.instance_class))
    error_message = "warehouse.instance_class is '${try(var.warehouse.instance_class, "")}'; expected for example db.t4g.small."
  }

  validation {
    condition     = var.warehouse == null || try(var.warehouse.storage_gb >= 20 && var.warehouse.max_storage_gb >= 1.1 * var.warehouse.storage_gb, false)
    error_message = "warehouse has ${try(var.warehouse.storage_gb, 0)} GB, at most ${try(var.warehouse.max_storage_gb, 0)}; expected 20 or more, and room to grow by a tenth or more, which RDS asks for."
  }

  validation {
    condition     = var.warehouse == null || try(var.warehouse.backup_days >= 1 && var.warehouse.backup_days <= 35, false)
    error_message = "warehouse.backup_days is ${try(var.warehouse.backup_days, 0)}; expected 1 to 35: 0 would be no backups."
  }

  validation {
    condition     = var.stage != "prod" || var.warehouse == null || try(var.warehouse.deletion_protection, false)
    error_message = "warehouse.deletion_protection is false in prod; expected true."
  }
}
