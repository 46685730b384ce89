# frozen_string_literal: true

RSpec.describe "loading the shim" do
  after do
    @agent&.stop
    @run&.clean
  end

  state = <<~'RUBY'
    say(:ancestors) { [Chef::Node::Attribute, Chef::Node::VividMash, Chef::Node].flat_map(&:ancestors).map(&:to_s).grep(/Heddle/).grep_v(/EarlyReleases/) }
    say(:reader) { Chef::Node::Attribute.instance_method(:[]).owner.to_s }
    say(:handlers) { run_context.events.subscribers.map { |s| s.class.to_s }.grep(/Heddle/) }
    say(:local) { node['local']['x'] }
  RUBY

  load = "require #{ChefRun::SHIM.dump}\n"
  attach = "#{load}Heddle::Chef.attach(self)\n"
  # what people call it => files, and how chef is started on them
  ways = {
    "a `require` in the user's own configuration" => [{ "/own.rb" => "#{load}from_file 'user.rb'\n" }, { config: "own.rb" }],
    "a configuration around the user's own" => [{}, {}],
    "a file in `solo.d`" => [{ "/solo.d/heddle.rb" => attach }, { config: "user.rb" }],
    "a file in `client.d`" => [{ "/client.d/heddle.rb" => attach }, { config: "user.rb" }],
    "`--config-option solo_d_dir=FOLDER`" =>
      [{ "/more/heddle.rb" => attach }, { config: "user.rb", args: %w[--config-option solo_d_dir=more] }],
    "`chef-client -z --config-option client_d_dir=FOLDER`" =>
      [{ "/more/heddle.rb" => attach }, { config: "user.rb", program: "chef-client", args: %w[-z --config-option client_d_dir=more] }],
    "`RUBYOPT=-r...`" => [{}, { config: "user.rb", env: { "RUBYOPT" => "#{ENV.fetch("RUBYOPT", "")} -r#{ChefRun::SHIM}" } }],
    "`chef-solo --legacy-mode`" => [{}, { args: %w[--legacy-mode] }],
    "`chef-solo --fork`" => [{}, { args: %w[--fork] }],
  }

  ways.each do |what, (files, options)|
    it "works once, by #{what}", form: { words: what, in: :loading } do
      @agent = FakeAgent.new(inputs: { %w[db host] => "10.9.8.7" }, outputs: { "x" => %w[x v] })
      recipe = "say(:host) { node['db']['host'] }\nnode.default['x']['v'] = 1"
      @run = ChefRun.new({ "shop/recipes/app.rb" => recipe, **files })
      result = @run.call(agent: @agent, **options)
      expect(result.exit_code).to eq(0), result.output
      expect(@run.said["host"].to_a).to eq(["10.9.8.7", "String"])
      expect(@agent.reports("x").map { |report| report["value"] }).to eq([1])
      expect(@agent.requests.count { |r| r.route == "" }).to eq(1)
      expect(@agent.publishes.map { |publish| publish.body["end"] }.count(true)).to eq(1)
    end
  end

  it "installs nothing without an agent", form: { in: :loading } do
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
    expect(said["ancestors"].uniq).to contain_exactly("Heddle::Chef::Hooks::Reads", "Heddle::Chef::Copies::IntoHash", "Heddle::Chef::Sinks::SavedNode")
    expect(said["handlers"]).to eq(["Heddle::Chef::Events"])
    expect(said["local"]).to eq(1)
    expect(@agent.requests.count { |r| r.route == "" }).to eq(1)
  end

  it "hooks writes for a role with outputs, and copies only for one with inputs", form: { in: :loading } do
    @agent = FakeAgent.new(outputs: { "x" => %w[x v] })
    @run = ChefRun.new({ "shop/recipes/app.rb" => state, "shop/attributes/default.rb" => "default['local']['x'] = 1" })
    result = @run.call(agent: @agent)
    expect(result.exit_code).to eq(0), result.output
    modules = %w[Assignments BulkWrites StaticJson Watched].map { |name| "Heddle::Chef::WriteHooks::#{name}" }
    expect(@run.said["ancestors"].value.uniq).to contain_exactly("Heddle::Chef::Hooks::Reads", "Heddle::Chef::Sinks::SavedNode", *modules)
  end

  it "survives a configuration that drops all event handlers afterwards", form: { in: :loading } do
    @agent = FakeAgent.new(inputs: { %w[db host] => "10.9.8.7" }, outputs: { "x" => %w[x v] })
    @run = ChefRun.new({ "shop/recipes/app.rb" => "say(:host) { node['db']['host'] }\nnode.default['x']['v'] = 1" },
      after_wrapper: "event_handlers []\n")
    result = @run.call(agent: @agent)
    expect(result.exit_code).to eq(0), result.output
    expect(@run.said["host"].value).to eq("10.9.8.7")
    expect(@agent.reports("x").size).to eq(1)
    expect(@agent.publishes.last.body["end"]).to be(true)
  end

  it "publishes in an ordinary run with a before-notification, for which Chef switches why-run on", form: { in: :loading } do
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

  # What the file in client.d says.
  def joining(socket)
    "require #{ChefRun::SHIM.dump}\nHeddle::Chef.join(self, socket: #{socket.dump})\n"
  end

  it "joins an agent from a snippet alone, as a run that lasts as long as the process" do
    @agent = FakeAgent.new(inputs: { %w[db host] => "10.9.8.7" }, outputs: { "x" => %w[x v] })
    @run = ChefRun.new({ "shop/recipes/app.rb" => "say(:host) { node['db']['host'] }\nnode.default['x']['v'] = 1" },
      after_wrapper: joining(@agent.socket))
    result = @run.call(env: { "HEDDLE_SOCKET" => nil, "HEDDLE_ROLE" => nil })
    expect(result.exit_code).to eq(0), result.output
    expect(@run.said["host"].value).to eq("10.9.8.7")
    expect(result.output).to include("heddle: this is a run of role app of web-0, deployment shop\n")
    @agent.wait_for { |request| request.route == "left" }
    expect(@agent.requests.count { |request| request.route == "runs" }).to eq(1)
    expect(@agent.publishes.last.body["end"]).to be(true)
    expect(@agent.publishes.map { |request| request.headers["heddle-run"] }.uniq).to eq(["r7"])
  end

  it "stops before ohai when the snippet finds no agent" do
    @run = ChefRun.new({ "shop/recipes/app.rb" => "say(:went_on) { true }" },
      after_wrapper: joining("/nowhere/agent.sock"))
    result = @run.call(env: { "HEDDLE_SOCKET" => nil, "HEDDLE_ROLE" => nil })
    expect(result.exit_code).to eq(1), result.output
    expect(result.output).to include("[agent-gone] no Heddle agent answers at /nowhere/agent.sock")
    expect(@run.said).to eq({})
  end
end
