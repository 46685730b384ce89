# shellcheck shell=bash
# pnpm, node_modules and the compiled packages.

: "${project:?}" "${tools:?}"

# pnpm in the version that package.json names, in .tools/pnpm; prints the path of the program.
local_pnpm() {
  local version
  version=$(sed -n 's/.*"packageManager": *"pnpm@\([0-9.]*\).*/\1/p' "$project/package.json")
  [[ -n $version ]] || stop_setup "package.json names no pnpm version in packageManager"
  if ! is_done pnpm "$version" || [[ ! -e $tools/pnpm/node_modules/pnpm/bin/pnpm.cjs ]]; then
    say "installing pnpm $version into .tools/pnpm ..."
    mkdir -p "$tools/pnpm"
    run_quietly pnpm npm install --prefix "$tools/pnpm" --no-save --no-package-lock --no-audit --no-fund --loglevel=error "pnpm@$version"
    mark_done pnpm "$version"
  fi
  printf '%s\n' "$tools/pnpm/node_modules/pnpm/bin/pnpm.cjs"
}

install_node_modules() {
  local inputs pnpm
  inputs=$(node --version | fingerprint "$project"/{package.json,pnpm-lock.yaml,pnpm-workspace.yaml} "$project"/packages/*/package.json)
  if is_done node-modules "$inputs" && [[ -x $project/node_modules/.bin/tsc && -x $project/node_modules/.bin/heddle ]]; then return; fi
  pnpm=$(local_pnpm)
  say "installing node modules ..."
  run_quietly node-modules node "$pnpm" --dir "$project" install --frozen-lockfile --reporter=append-only
  [[ -x $project/node_modules/.bin/heddle ]] || stop_setup "pnpm linked no heddle command; see $tools/log/node-modules.log"
  mark_done node-modules "$inputs"
}

build_packages() {
  local inputs sources package
  mapfile -t sources < <(find "$project"/packages/*/src -name '*.ts' -type f | sort)
  inputs=$(node --version | fingerprint "$project"/{pnpm-lock.yaml,tsconfig*.json,scripts/join-modules.mjs} "$project"/packages/*/{package,tsconfig}.json "${sources[@]}")
  if is_done build "$inputs" && all_built; then return; fi
  say "compiling the packages ..."
  # A build record that outlived its output would make the compiler skip the package.
  for package in "$project"/packages/*/; do
    [[ -e ${package}dist/index.js ]] || rm -f "$package"*.tsbuildinfo
  done
  run_quietly build "$project/node_modules/.bin/tsc" -b "$project/tsconfig.json"
  run_quietly join node "$project/scripts/join-modules.mjs"
  mark_done build "$inputs"
}

all_built() {
  local package
  for package in "$project"/packages/*/; do
    [[ ! -e ${package}src/index.ts || -e ${package}dist/index.js ]] || return 1
    ! grep -q '"./joined/index.js"' "${package}package.json" || [[ -e ${package}joined/files.json ]] || return 1
  done
}
