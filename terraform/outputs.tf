output "environment" {
  description = "The MWAA environment's name, for `python -m deploy` and `python -m include.smoke --mwaa`."
  value       = local.name
}

output "package_bucket" {
  description = "Where the package goes."
  value       = module.lake["mwaa"].name
}

output "smoke" {
  description = "What the smoke test has to know, as environment variables."
  value       = local.smoke_variables
}

output "smoke_project" {
  description = "The CodeBuild project that runs the smoke test inside the VPC."
  value       = module.smoke.project
}

output "airflow_url" {
  description = "Where Airflow is; null while mwaa_enabled is false."
  value       = one(module.mwaa[*].webserver_url)
}

output "deploy_role_arn" {
  description = "The role of deploy.yml, for GitHub's variable AWS_ROLE_ARN; null without `github`."
  value       = one(module.deploy_role[*].arn)
}

output "warehouse" {
  description = "The warehouse's host name, and the secret of its master user; null where it is not ours."
  value       = var.warehouse == null ? null : { host = module.warehouse[0].address, master_secret_arn = module.warehouse[0].master_secret_arn }
}

output "network" {
  description = "Where a shell has to be that is to reach the warehouse."
  value = {
    vpc_id            = module.network.vpc_id
    subnet_ids        = module.network.private_subnet_ids
    security_group_id = module.network.workers_security_group_id
  }
}

output "secrets" {
  description = "The secrets that connections, and the owner's password, are to be put into."
  value       = merge(module.secrets.names, { warehouse_owner = module.secrets.owner })
}

output "alerts_queue" {
  description = "The queue that programs read production's alerts from, its URL."
  value       = module.alerts.queue_url
}

output "workgroup" {
  description = "Athena's workgroup; null without catalogue_enabled."
  value       = one(module.catalogue[*].workgroup)
}

output "alarms" {
  description = "The alarms' names."
  value       = module.observability.alarms
}

output "policies" {
  description = "Every policy of a role, JSON, for whoever wants to look at them or try them."
  value = merge(
    { execution = module.execution_role.policy, smoke = module.smoke.policy },
    { for policy in module.deploy_role[*].policy : "deploy" => policy },
    { for policy in module.catalogue[*].policy : "crawler" => policy },
  )
}
