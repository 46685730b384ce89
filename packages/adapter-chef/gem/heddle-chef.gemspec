# frozen_string_literal: true

require_relative "lib/heddle/version"

Gem::Specification.new do |spec|
  spec.name = "heddle-chef"
  spec.version = Heddle::VERSION
  spec.authors = ["Heddle contributors"]
  spec.summary = "Chef node attributes that other machines produce"
  spec.description = "Lets an unmodified Chef recipe read attributes that other machines publish, and publishes those " \
                     "that it writes. Runs inside chef-solo and chef-client, next to a Heddle agent."
  spec.license = "Apache-2.0"
  spec.required_ruby_version = ">= 3.1"
  spec.files = Dir["lib/**/*.rb", "README.md", base: __dir__]
  spec.require_paths = ["lib"]
  spec.metadata["rubygems_mfa_required"] = "true"
end
