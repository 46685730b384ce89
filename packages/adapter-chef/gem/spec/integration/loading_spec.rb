# frozen_string_literal: true

RSpec.describe "loading the shim" do
  after do
    @agent&.stop
    @run&.clean
  end

  state = <<~'RUBY'
    say(:ancestors) { [Chef::Node::Attribute, Chef::Node::VividMash, Chef::Node].flat_map(&:ancestors).map(&:to_s).grep(/Heddle/) }
    say(:reader) { Chef::Node::Attribute.instance_method(:[]).owner.to_s }
    say(:handlers) { run_context.events.subscribers.map { |s| s.class.to_s }.grep(/Heddle/) }
    say(:local) { node['local']['x'] }
  RUBY

  it "installs nothing without an agent" do
    @run = ChefRun.new({ "shop/recipes/app.rb" => state, "shop/attributes/default.rb" => "default['local']['x'] = 1" })
    result = @run.call(env: { "HEDDLE_SOCKET" => nil, "HEDDLE_ROLE" => nil })
    expect(result.exit_code).to eq(0), result.output
    said = @run.said.transform_values(&:value)
    expect(said).to include("ancestors" => [], "handlers" => [], "local" => 1)
    @owner_without = said["reader"]
  end

  it "leaves the read method to Chef and listens once, though the configuration is read twice" do
    @agent = FakeAgent.new(inputs: { %w[db host] => "10.9.8.7" })
    @run = ChefRun.new({ "shop/recipes/app.rb" => state, "shop/attributes/default.rb" => "default['local']['x'] = 1" },
      user_config: "event_handlers [Class.new(Chef::EventDispatch::Base).new]\n")
    result = @run.call(agent: @agent)
    expect(result.exit_code).to eq(0), result.output
    said = @run.said.transform_values(&:value)
    expect(said["reader"]).to start_with("Chef::Node")
    expect(said["ancestors"].uniq).to contain_exactly("Heddle::Chef::Hooks::Reads", "Heddle::Chef::Copies::IntoHash")
    expect(said["handlers"]).to eq(["Heddle::Chef::Events"])
    expect(said["local"]).to eq(1)
    expect(@agent.requests.count { |r| r.route == "" }).to eq(1)
  end

  it "hooks writes for a role with outputs, and copies only for one with inputs" do
    @agent = FakeAgent.new(outputs: { "x" => %w[x v] })
    @run = ChefRun.new({ "shop/recipes/app.rb" => state, "shop/attributes/default.rb" => "default['local']['x'] = 1" })
    result = @run.call(agent: @agent)
    expect(result.exit_code).to eq(0), result.output
    modules = %w[Assignments BulkWrites StaticJson Watched].map { |name| "Heddle::Chef::WriteHooks::#{name}" }
    expect(@run.said["ancestors"].value.uniq).to contain_exactly("Heddle::Chef::Hooks::Reads", *modules)
  end

  it "survives a configuration that drops all event handlers afterwards" do
    @agent = FakeAgent.new(inputs: { %w[db host] => "10.9.8.7" }, outputs: { "x" => %w[x v] })
    @run = ChefRun.new({ "shop/recipes/app.rb" => "say(:host) { node['db']['host'] }\nnode.default['x']['v'] = 1" },
      after_wrapper: "event_handlers []\n")
    result = @run.call(agent: @agent)
    expect(result.exit_code).to eq(0), result.output
    expect(@run.said["host"].value).to eq("10.9.8.7")
    expect(@agent.reports("x").size).to eq(1)
    expect(@agent.publishes.last.body["end"]).to be(true)
  end

  it "publishes nothing in why-run mode" do
    @agent = FakeAgent.new(inputs: { %w[db host] => "10.9.8.7" }, outputs: { "x" => %w[x v], "os" => %w[os] })
    @run = ChefRun.new({ "shop/recipes/app.rb" => "say(:host) { node['db']['host'] }\nnode.default['x']['v'] = 1" })
    result = @run.call(agent: @agent, args: ["--why-run"])
    expect(result.exit_code).to eq(0), result.output
    expect(@run.said["host"].value).to eq("10.9.8.7")
    expect(@agent.publishes).to eq([])
  end

  it "publishes in an ordinary run with a before-notification, for which Chef switches why-run on" do
    @agent = FakeAgent.new(outputs: { "x" => %w[x v] })
    recipe = <<~'RUBY'
      ruby_block('before') { action :nothing; block { node.default['x']['v'] = 1 } }
      file(ENV['SAID'] + '.b') { content 'x'; notifies :run, 'ruby_block[before]', :before }
    RUBY
    @run = ChefRun.new({ "shop/recipes/app.rb" => recipe })
    result = @run.call(agent: @agent, args: ["--fork"])
    expect(result.exit_code).to eq(0), result.output
    expect(@agent.reports("x").map { |report| report["value"] }).to eq([1])
  end
end
