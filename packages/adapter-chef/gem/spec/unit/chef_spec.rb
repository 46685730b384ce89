# frozen_string_literal: true

require "open3"

RSpec.describe "heddle/chef" do
  require "heddle/chef"

  it "does nothing without an agent" do
    expect(Heddle::Chef.session).to be_nil
    expect(Heddle::Chef.install({})).to be_nil
    expect(Heddle::Chef.install({ "HEDDLE_SOCKET" => "/x", "HEDDLE_ROLE" => "" })).to be_nil
    expect(Heddle::Chef.attach({})).to be(false)
  end

  it "attaches its handler once, after those of the user" do
    script = <<~'RUBY'
      config = { event_handlers: nil }
      Heddle::Chef.attach(config)
      config[:event_handlers] = [:mine]
      2.times { Heddle::Chef.attach(config) }
      Heddle::Chef.install
      print config[:event_handlers].map { |h| h.is_a?(Symbol) ? h : h.class }.inspect, Chef::Config[:event_handlers].size
    RUBY
    shim = File.expand_path("../../lib/heddle/chef.rb", __dir__)
    output, errors, status = Open3.capture3({ "HEDDLE_SOCKET" => "/nowhere", "HEDDLE_ROLE" => "app" },
      RbConfig.ruby, "-r", shim, "-e", script)
    expect(status).to be_success, errors
    expect(output).to eq("[:mine, Heddle::Chef::Events]1")
  end
end
