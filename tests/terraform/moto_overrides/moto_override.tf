# Laid over a copy of terraform/ when it is tried against moto's server (make terraform-moto).
terraform {
  backend "local" {}
}

provider "aws" {
  region            = var.region
  s3_use_path_style = true
}
