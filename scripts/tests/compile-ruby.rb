# frozen_string_literal: true

# Runs chef-solo once and keeps what it loaded of Ruby's library and of the gems for compiled-ruby.rb, compiled: Chef's ruby, with HEDDLE_COMPILED_RUBY.

require "fileutils"
require "tmpdir"
require_relative "compiled-ruby"

RECIPE = <<~'RUBY'
  directory "#{node['folder']}/made"
  file("#{node['folder']}/made/file") { content node.name }
  template("#{node['folder']}/made/template") { source "t.erb" }
  execute "true"
  ruby_block("nothing") { block { search(:node, "*:*") } }
  log "the end"
RUBY

def run_chef(folder)
  files = { "cookbooks/c/metadata.rb" => "name 'c'\n", "cookbooks/c/recipes/default.rb" => RECIPE, "cookbooks/c/templates/t.erb" => "<%= node.name %>",
            "run.json" => %({"run_list": ["recipe[c]"], "folder": "#{folder}"}),
            "solo.rb" => %w[cookbook node role cache file_cache file_backup].map { |name| "#{name}_path '#{folder}/#{name}s'\n" }.join + "node_name 'n'\n" }
  files.each do |name, text|
    FileUtils.mkdir_p(File.dirname("#{folder}/#{name}"))
    File.write("#{folder}/#{name}", text)
  end
  ARGV.replace(["--chef-license", "accept-silent", "--log_level", "error", "-c", "#{folder}/solo.rb", "-j", "#{folder}/run.json"])
  load Gem.bin_path("chef-bin", "chef-solo")
rescue SystemExit => e
  abort "compile-ruby: chef-solo ended with #{e.status}" unless e.success?
end

def keep(path)
  place = CompiledRuby.place_of(path)
  # A name may have 255 bytes, the one with the ending too.
  return if File.basename(place).bytesize > 250

  # Whole or not there, as somebody may read it meanwhile.
  File.binwrite("#{place}.new", RubyVM::InstructionSequence.compile_file(path).to_binary)
  File.rename("#{place}.new", place)
end

Dir.mktmpdir("heddle-ruby") do |folder|
  FileUtils.rm_rf(CompiledRuby::FOLDER)
  run_chef(folder)
  FileUtils.mkdir_p(CompiledRuby::FOLDER)
  $LOADED_FEATURES.each { |path| keep(path) if path.start_with?("/") && path.end_with?(".rb") && !path.start_with?(folder) }
end
