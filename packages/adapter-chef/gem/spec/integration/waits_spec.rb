# frozen_string_literal: true

# What happens around a read that really blocks. Nothing in here sleeps: the agent
# tells when it has seen a request, and decides when to answer.
RSpec.describe "a read that blocks" do
  let(:answer) { "10.9.8.7" }

  def run_against(agent, files, **options)
    run = ChefRun.new(files, **options)
    result = run.start(agent: agent) { |pid| yield run, pid }
    [run, result]
  ensure
    agent.stop
  end

  def blocked(request)
    request.route == "await" && request.body.fetch("wait", true)
  end

  after { @run&.clean }

  it "comes after everything written before it has been published", form: { in: :waits } do
    agent = FakeAgent.new(
      inputs: { %w[db host] => :absent, %w[db late] => :absent, %w[early ip] => :absent },
      outputs: { "x" => %w[x v], "y" => %w[y v], "z" => %w[z v], "os" => %w[os], "d" => %w[d v] }
    )
    files = {
      "shop/attributes/default.rb" => "default['d']['v'] = 'unsettled'\ndefault['d']['v'] = node['early']['ip']",
      "shop/recipes/app.rb" => <<~'RUBY'
        node.default['x']['v'] = 1
        node['db']['host']
        node.default['y']['v'] = 2
        ruby_block('late') { block { node.default['z']['v'] = 3; say(:late) { node['db']['late'] } } }
      RUBY
    }
    @run, result = run_against(agent, files) do
      agent.wait_for { |r| blocked(r) && r.body["path"] == %w[early ip] }
      # Before the attribute files are done, only facts are certain.
      expect(agent.publishes.map { |publish| publish.body["outputs"].keys }).to eq([%w[os]])
      agent.provide(%w[early ip], answer)

      agent.wait_for { |r| blocked(r) && r.body["path"] == %w[db host] }
      expect(agent.reports("x")).to eq([{ "value" => 1, "origin" => "written", "source" => "shop/recipes/app.rb:1" }])
      expect(agent.reports("d")).to eq([{ "value" => answer, "origin" => "default" }])
      expect(agent.reports("y")).to eq([])
      agent.provide(%w[db host], answer)

      agent.wait_for { |r| blocked(r) && r.body["path"] == %w[db late] }
      expect(agent.reports("y").map { |report| report["value"] }).to eq([2])
      expect(agent.reports("z").map { |report| report["value"] }).to eq([3])
      agent.provide(%w[db late], answer)
    end
    expect(result.exit_code).to eq(0), result.output
    expect(@run.said["late"].value).to eq(answer)
  end

  it "publishes nothing half-written if the value is there already", form: { in: :waits } do
    agent = FakeAgent.new(inputs: { %w[db host] => answer }, outputs: { "x" => %w[x v] })
    recipe = "node.default['x']['v'] = 'half'\nnode['db']['host']\nnode.default['x']['v'] = 'whole'"
    @run, result = run_against(agent, { "shop/recipes/app.rb" => recipe }) { nil }
    expect(result.exit_code).to eq(0), result.output
    expect(agent.reports("x").map { |report| report["value"] }).to eq(%w[whole])
  end

  # what people call it => recipe
  phases = {
    "a recipe" => "node['db']['host']\nnode.default['x']['v'] = 1",
    "a resource" => "ruby_block('wait') { block { node['db']['host']; node.default['x']['v'] = 1 } }",
    "a template" => "template(ENV['SAID'] + '.t') { source 'wait.erb' }\nruby_block('write') { block { node.default['x']['v'] = 1 } }",
  }
  phases.each do |where, recipe|
    it "is interrupted in #{where} by SIGINT", form: { in: :waits } do
      agent = FakeAgent.new(inputs: { %w[db host] => :absent }, outputs: { "x" => %w[x v] })
      files = { "shop/recipes/app.rb" => recipe, "shop/templates/wait.erb" => "<%= node['db']['host'] %>" }
      @run, result = run_against(agent, files) do |_, pid|
        agent.wait_for { |r| blocked(r) }
        Process.kill("INT", pid)
      end
      expect(result.exit_code).not_to eq(0)
      expect(agent.reports("x")).to eq([])
      expect(agent.publishes.map { |publish| publish.body["end"] }).not_to include(true)
    end
  end

  it "goes on after SIGTERM, which Chef takes as a wish to finish the run", form: { in: :waits, works: "as in Chef" } do
    agent = FakeAgent.new(inputs: { %w[db host] => :absent })
    @run, result = run_against(agent, { "shop/recipes/app.rb" => "say(:host) { node['db']['host'] }" }) do |_, pid|
      agent.wait_for { |r| blocked(r) }
      Process.kill("TERM", pid)
      agent.provide(%w[db host], answer)
    end
    expect(result.exit_code).to eq(0), result.output
    expect(@run.said["host"].value).to eq(answer)
  end

  it "ends the run when the agent vanishes", form: { in: :waits } do
    agent = FakeAgent.new(inputs: { %w[db host] => :absent })
    recipe = "ruby_block('wait') { ignore_failure true; retries 3; block { node['db']['host'] rescue 'wrong' } }"
    @run, result = run_against(agent, { "shop/recipes/app.rb" => recipe }) do
      agent.wait_for { |r| blocked(r) }
      agent.vanish
    end
    expect(result.exit_code).to eq(1)
    expect(result.output).to include("[agent-gone] the Heddle agent of this node went away while waiting for db.host",
      "\n  at shop/recipes/app.rb:1\n")
  end

  it "can be given up by the recipe's own timeout and tried again", form: { in: :waits } do
    agent = FakeAgent.new(inputs: { %w[db host] => :absent })
    recipe = <<~'RUBY'
      say(:timeout) { Timeout.timeout(2) { node['db']['host'] } rescue 'given up' }
      say(:again) { node['db']['host'] }
    RUBY
    @run, result = run_against(agent, { "shop/recipes/app.rb" => recipe }) do
      agent.wait_for(count: 2) { |r| blocked(r) }
      agent.provide(%w[db host], answer)
    end
    expect(result.exit_code).to eq(0), result.output
    expect(@run.said.transform_values(&:value)).to eq("timeout" => "given up", "again" => answer)
  end
end
