#!/usr/bin/env bash
# Looks for unused files, exports and dependencies with knip. Then checks the package as users get it: packs it, checks the
# tarball with publint and @arethetypeswrong/cli, and runs it with npx in an empty folder with an empty cache: `init` writes a job,
# and the job runs. Needs a build and the npm registry; says so and succeeds without it. Usage: scripts/package/check.sh
set -euo pipefail
cd "$(dirname "$0")/../.."
root=$PWD
if ! npm ping --silent >/dev/null 2>&1 && ! npm view publint version --silent >/dev/null 2>&1; then
  echo "skipped: there is no npm registry."
  exit 0
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

npx --yes knip@5.88.1 --no-progress

# The prepack script would install and build again.
npm pack --ignore-scripts --silent --pack-destination "$work" >/dev/null
tarball=$(ls "$work"/*.tgz)
npx --yes publint@0.3.25 "$tarball" --strict
# The package has ES modules alone.
npx --yes @arethetypeswrong/cli@0.18.5 "$tarball" --profile esm-only --exclude-entrypoints ./schema/job.schema.json

mkdir "$work/empty"
cd "$work/empty"
cp -r "$root/datasets/demo/content" photos
cp -r "$root/datasets/demo/style" paintings
# The install script of onnxruntime-node fails where it cannot download a GPU part: see docs/dependencies.md.
export npm_config_cache="$work/cache" XDG_CACHE_HOME="$work/xdg" npm_config_ignore_scripts=true
wildstyle() { npx --yes --package "$tarball" wildstyle "$@"; }
wildstyle init --content photos --style paintings --size 64 --styles-per-content 1 --no-split
wildstyle run job.yaml --limit 2 --set recipe.steps=3 --set 'recipe.stages=[]'
wildstyle verify out
echo "package: $(du -k "$tarball" | cut -f1) kB packed, $(du -sm "$work/cache/_npx" | cut -f1) MB installed"
