# frozen_string_literal: true

# A failed wait ends the run with an exit code other than 0, whatever the recipe does about it.
RSpec.describe "a failed run" do
  never = { error: { code: "never-written", message: "db never wrote host", exitCode: 21, retryable: false,
                     notes: ["role mysql of db ended 3 s ago"], next: ["heddle why web-0"] } }

  def converge(files, agent, **options)
    files = { "shop/recipes/app.rb" => files } if files.is_a?(String)
    @run = ChefRun.new(files, **options)
    @run.call(agent: agent)
  ensure
    agent.stop
  end

  after { @run&.clean }

  hiding = {
    "a rescue modifier" => "say(:got) { node['db']['host'] rescue 'wrong' }",
    "rescue Exception" => "begin; node['db']['host']; rescue Exception; end",
    "ignore_failure and retries" =>
      "ruby_block('x') { ignore_failure true; retries 9; retry_delay 60; block { node['db']['host'] } }",
    "ERB, ignore_failure and retries" =>
      "template('/nonexistent') { source 'x.erb'; ignore_failure true; retries 9; retry_delay 60; action :nothing }\n" \
      "template(ENV['SAID'] + '.t') { source 'x.erb'; ignore_failure true; retries 9; retry_delay 60 }",
    "rescue Exception in a resource" =>
      "ruby_block('x') { block { begin; node['db']['host']; rescue Exception; end } }",
    "a thread" => "Thread.new { node['db']['host'] rescue nil }.tap { |t| t.report_on_exception = false; t.join rescue nil }",
    "rescue Exception in a delayed notification" =>
      "ruby_block('x') { action :nothing; block { begin; node['db']['host']; rescue Exception; end } }\n" \
      "file(ENV['SAID'] + '.d') { content 'x'; notifies :run, 'ruby_block[x]' }",
  }

  hiding.each do |what, recipe|
    it "cannot be hidden by #{what}" do
      agent = FakeAgent.new(inputs: { %w[db host] => never }, outputs: { "x" => %w[x v] })
      result = converge({
        "shop/recipes/app.rb" => "#{recipe}\nnode.default['x']['v'] = 1\nruby_block('after') { block { say(:after) { 1 } } }",
        "shop/templates/x.erb" => "<%= node['db']['host'] %>",
      }, agent)
      expect(result.exit_code).to eq(1), result.output
      expect(result.output).to include("[never-written] db never wrote host\n  role mysql of db ended 3 s ago\n  try: heddle why web-0")
      expect(@run.said.keys - ["got"]).to eq(recipe.include?("notifies") ? ["after"] : [])
      expect(agent.publishes.map { |publish| publish.body["end"] }).not_to include(true)
    end
  end

  it "still runs Chef's delayed notifications, and says what is wrong once" do
    agent = FakeAgent.new(inputs: { %w[db host] => never })
    result = converge(<<~'RUBY', agent)
      ruby_block('delayed') { action :nothing; block { say(:delayed) { 1 } } }
      file(ENV['SAID'] + '.f') { content 'x'; notifies :run, 'ruby_block[delayed]' }
      ruby_block('read') { block { node['db']['host'] } }
    RUBY
    expect(result.exit_code).to eq(1)
    expect(@run.said.keys).to eq(["delayed"])
    expect(result.output).not_to include("Multiple failures")
  end

  it "is reported to the agent with its place" do
    agent = FakeAgent.new(inputs: { %w[db host] => never })
    converge("# nothing here\nnode['db']['host']", agent)
    expect(agent.states.last["error"]["message"]).to start_with("[never-written] db never wrote host")
    expect(agent.states.last["error"]["source"]).to eq("shop/recipes/app.rb:2")
  end

  it "keeps what finished resources published, and publishes nothing of the one that failed" do
    agent = FakeAgent.new(
      inputs: { %w[db password] => "s3cr3t" }, sensitive: [%w[db password]],
      outputs: { "first" => %w[first v], "half" => %w[half v], "ignored" => %w[ignored v], "held" => %w[held v] }
    )
    result = converge({
      "shop/attributes/default.rb" => "default['held']['v'] = 1",
      "shop/recipes/app.rb" => <<~'RUBY'
        ruby_block('first') { block { node.default['first']['v'] = 1 } }
        ruby_block('delayed') { action :nothing; block { say(:delayed) { 1 } } }
        ruby_block('ignored') { ignore_failure true; block { node.default['ignored']['v'] = 1; raise 'no matter' } }
        file(ENV['SAID'] + '.f') { content 'x'; notifies :run, 'ruby_block[delayed]' }
        ruby_block('half') { block { node.default['half']['v'] = 1; raise "broken with #{node['db']['password']}" } }
      RUBY
    }, agent)
    expect(result.exit_code).to eq(1)
    expect(@run.said.keys).to eq(["delayed"])
    expect(agent.reports("first").size).to eq(1)
    expect(agent.reports("ignored").size).to eq(1)
    expect(agent.reports("half")).to eq([])
    expect(agent.reports("held").map { |report| report["origin"] }).to eq(["default"])
    expect(agent.publishes.map { |publish| publish.body["end"] }).not_to include(true)
    failure = agent.states.last["error"]
    expect(failure["message"]).to include("broken with ********")
    expect(failure["source"]).to eq("shop/recipes/app.rb:5")
    expect(JSON.generate(agent.states)).not_to include("s3cr3t")
  end

  it "shows its own error when the texts around it are no UTF-8" do
    agent = FakeAgent.new(inputs: { %w[db password] => "s3cr3t" }, sensitive: [%w[db password]])
    result = converge(<<~'RUBY', agent)
      node['db']['password'].length
      execute "true # caf\351"
      execute 'printf "caf\351 s3cr3t" >&2; exit 7'
    RUBY
    expect(result.exit_code).to eq(1)
    expect(result.output.scrub).to include("Expected process to exit with [0], but received '7'")
    expect(result.output.scrub).not_to match(/GeneratorError|invalid byte sequence|malformed|Encoding::/)
    expect(agent.states.last["error"]["message"]).to include("caf", "********", "exit with [0], but received '7'")
    expect(agent.states.map { |state| state["step"] }).to include("execute[true # caf\uFFFD]")
    expect(JSON.generate(agent.states)).not_to include("s3cr3t")
  end

  it "follows from a refused publication" do
    refuse = ->(body) { { code: "denied", message: "node web-0 may not write x", exitCode: 25 } if body["outputs"].key?("x") }
    agent = FakeAgent.new(outputs: { "x" => %w[x v] }, on_publish: refuse)
    result = converge("ruby_block('x') { ignore_failure true; block { node.default['x']['v'] = 1 } }\nruby_block('after') { block { say(:after) { 1 } } }", agent)
    expect(result.exit_code).to eq(1)
    expect(result.output).to include("[denied] node web-0 may not write x")
    expect(@run.said).to eq({})
  end

  it "follows from a value that is no data" do
    agent = FakeAgent.new(outputs: { "x" => %w[x v] })
    result = converge("node.default['x']['v'] = { 'list' => [1, -> { 's3cr3t' }] }", agent)
    expect(result.exit_code).to eq(1)
    expect(result.output).to include("[wrong-type] output x cannot be published: node attribute x.v.list.1: an object of class Proc is not data")
  end

  it "ends before it has begun without an agent" do
    agent = FakeAgent.new
    agent.stop
    result = converge("say(:after) { 1 }", agent)
    expect(result.exit_code).to eq(1)
    expect(result.output).to include("[agent-gone]", "asking what this role declares")
    expect(@run.said).to eq({})
  end
end
