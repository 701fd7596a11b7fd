terraform {
  # 1.11: `override_during` in tests, variables that refer to each other in validations.
  required_version = ">= 1.11"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }

  # Where the state lies is the account's business: `terraform init -backend-config=environments/<stage>.s3.tfbackend`.
  backend "s3" {}
}

provider "aws" {
  region = var.region

  default_tags {
    tags = { Project = var.project, Stage = var.stage, ManagedBy = "terraform" }
  }
}
