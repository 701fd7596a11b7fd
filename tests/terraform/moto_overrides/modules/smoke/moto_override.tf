# moto forgets a CodeBuild project's key and how many builds of it may run at once.
resource "aws_codebuild_project" "this" {
  lifecycle {
    ignore_changes = [concurrent_build_limit, encryption_key]
  }
}
