# frozen_string_literal: true

require "chef"
require "tmpdir"
require_relative "support/chef_run"
require_relative "support/fake_agent"
require_relative "support/one_scene"

RSpec.configure do |config|
  config.expect_with(:rspec) { |expectations| expectations.syntax = :expect }
  config.mock_with(:rspec) { |mocks| mocks.verify_partial_doubles = true }
  config.disable_monkey_patching!
  config.warnings = false
end
