#!/usr/bin/env bash
# The smoke test of an environment, run inside its VPC (terraform/modules/smoke); its words, and its exit code.
set -euo pipefail
project="$1-smoke"

build=$(aws codebuild start-build --project-name "$project" --query build.id --output text)
while status=$(aws codebuild batch-get-builds --ids "$build" --query 'builds[0].buildStatus' --output text) && [ "$status" = IN_PROGRESS ]; do
  sleep 15
done

aws logs get-log-events --log-group-name "/$1/smoke" --log-stream-name "${build#*:}" --start-from-head --query 'events[].message' --output text \
  || echo "its words could not be read"
echo "$project: $status"
[ "$status" = SUCCEEDED ]
