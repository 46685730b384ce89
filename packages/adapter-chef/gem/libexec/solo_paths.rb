# frozen_string_literal: true

# Reads where a solo.rb looks for cookbooks and roles, without loading Chef: every setting is a method call with a value,
# so an object that answers every call can evaluate the file and keep the three that matter.
#
#   ruby solo_paths.rb /path/to/solo.rb  # => {"cookbook_path":[...],"role_path":[...],"chef_repo_path":[...]}

require 'json'

# Stands in for Chef::Config while a configuration is evaluated.
class SoloPaths
  KEPT = %w[cookbook_path role_path chef_repo_path].freeze

  # Whatever else a configuration names answers like this class: settings of other kinds, and what they are called on.
  class Anything
    class << self
      def method_missing(*) = self
      def respond_to_missing?(*) = true
      def const_missing(_name) = self
      def to_s = ''
      def to_str = ''
      def to_ary = []
    end
  end

  attr_reader :settings

  def initialize
    @settings = KEPT.to_h { |name| [name, []] }
  end

  def evaluate(file)
    instance_eval(File.read(file), file)
  end

  def from_file(file)
    evaluate(file)
  end

  def method_missing(name, *values)
    key = name.to_s.delete_suffix('=')
    @settings[key] = values.flatten.map(&:to_s) if KEPT.include?(key) && !values.empty?
    @settings.fetch(key, Anything)
  end

  def respond_to_missing?(*) = true
end

# A constant that only Chef defines: as a class, so that `Chef::Log` and `class Chef::Mine < Chef::Handler` read as well.
class Object
  def self.const_missing(_name) = SoloPaths::Anything
end

begin
  reader = SoloPaths.new
  reader.evaluate(ARGV.fetch(0))
  puts JSON.generate(reader.settings)
rescue StandardError, ScriptError => e
  warn "#{e.class}: #{e.message}"
  exit 1
end
