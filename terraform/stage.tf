# What was made here first. One folder has one state at a time: whoever plans prod while dev's state is in it would
# replace all of dev, so that is refused.
resource "terraform_data" "made" {
  input = local.name

  lifecycle {
    ignore_changes = [input]
    postcondition {
      condition     = self.output == local.name
      error_message = "This state is that of ${self.output}, and ${local.name} was asked for: terraform init -reconfigure -backend-config=environments/${var.stage}.s3.tfbackend first."
    }
  }
}
