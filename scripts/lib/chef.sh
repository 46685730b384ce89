# shellcheck shell=bash
# Chef and rspec from RubyGems, in .tools/chef-gems, with wrappers in .tools/chef/bin that run from any folder.

: "${project:?}" "${tools:?}"
gem_folder=$project/packages/adapter-chef/gem

install_chef() {
  : "${ruby_version:?}" "${ruby_program:?}" "${ruby_abi:?}"
  local inputs
  inputs=$(printf '%s\n' "$ruby_version" "$ruby_program" "$project" | fingerprint "$gem_folder"/Gemfile{,.lock} "$project/scripts/lib/chef.sh")
  if is_done chef "$inputs" && [[ -x $tools/chef/bin/chef-solo && -d $tools/chef-gems/ruby/$ruby_abi/gems ]]; then return; fi
  say "installing Chef 18 gems into .tools/chef-gems (about a minute) ..."
  run_quietly chef-gems env \
    BUNDLE_GEMFILE="$gem_folder/Gemfile" BUNDLE_PATH="$tools/chef-gems" BUNDLE_APP_CONFIG="$tools/chef/bundle" \
    BUNDLE_FROZEN=true BUNDLE_CLEAN=true BUNDLE_JOBS="$(nproc)" BUNDLE_RETRY=3 BUNDLE_SILENCE_ROOT_WARNING=1 \
    bundle install
  rm -rf "$tools/chef-gems/ruby/$ruby_abi/cache"
  write_chef_wrappers
  mark_done chef "$inputs"
}

write_chef_wrappers() {
  mkdir -p "$tools/chef/bin"
  # RubyGems on our folder alone, set inside the process: `bundle exec` starts slower, and its environment (RUBYOPT, GEM_HOME)
  # would reach every program that a recipe starts. The folder holds one version of each gem, the locked one; Ruby's own copies
  # of some are the only other ones, and RubyGems complains on every start unless it is told which to take.
  "$ruby_program" - "$tools/chef-gems" >"$tools/chef/gems.rb.new" <<'RUBY'
place = %q("../chef-gems/#{RUBY_ENGINE}/#{RbConfig::CONFIG['ruby_version']}")
puts "# Written by scripts/setup.sh."
puts "folder = File.expand_path(#{place}, __dir__)"
puts 'Gem.paths = { "GEM_HOME" => folder, "GEM_PATH" => folder }'
with_ruby = Gem::Specification.stubs.select(&:default_gem?).map(&:name)
specs = Dir["#{ARGV[0]}/#{RUBY_ENGINE}/#{RbConfig::CONFIG['ruby_version']}/specifications/*.gemspec"].sort.map { |file| Gem::Specification.load(file) }
puts "{"
specs.select { |spec| with_ruby.include?(spec.name) }.each { |spec| puts "  #{spec.name.inspect} => #{spec.version.to_s.inspect}," }
puts "}.each { |name, version| gem name, version unless Gem.loaded_specs.key?(name) }"
RUBY
  mv "$tools/chef/gems.rb.new" "$tools/chef/gems.rb"
  local program path
  for program in chef-bin/chef-solo chef-bin/chef-client chef-bin/chef-apply ohai/ohai rspec-core/rspec; do
    path=$("$ruby_program" -r "$tools/chef/gems.rb" -e 'puts Gem::Specification.find_by_name(ARGV[0]).bin_file(ARGV[1])' "${program%/*}" "${program#*/}")
    write_wrapper "${program#*/}" "\"\$tools\"${path#"$tools"}"
  done
  write_wrapper chef-ruby ''
}

# write_wrapper NAME SCRIPT: a program that finds the project from its own place and runs Ruby with Chef's gems.
write_wrapper() {
  cat >"$tools/chef/bin/$1.new" <<WRAPPER
#!/bin/sh
# Written by scripts/setup.sh: $1 with the gems in .tools/chef-gems.
self=\$(readlink -f -- "\$0")
tools=\${self%/chef/bin/*}
exec $ruby_program -r "\$tools/chef/gems.rb" $2 "\$@"
WRAPPER
  chmod 755 "$tools/chef/bin/$1.new"
  mv "$tools/chef/bin/$1.new" "$tools/chef/bin/$1"
}
