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

  # A step that another thread was about to tell may come after it.
  def failure_told(agent)
    agent.states.filter_map { |state| state["error"] }.last
  end

  after { @run&.clean }

  # what people call it => [recipe, where the read stands]
  line1 = "shop/recipes/app.rb:1"
  hiding = {
    "a `rescue` modifier" => ["say(:got) { node['db']['host'] rescue 'wrong' }", line1],
    "`rescue Exception`" => ["begin; node['db']['host']; rescue Exception; end", line1],
    "`rescue` in an attribute file" => ["node['copy']", "shop/attributes/default.rb:1", "default['copy'] = node['db']['host'] rescue 1"],
    "`ignore_failure` and `retries`" =>
      ["ruby_block('x') { ignore_failure true; retries 9; retry_delay 60; block { node['db']['host'] } }", line1],
    "`ignore_failure :quiet` around a lazy property" =>
      ["file(ENV['SAID'] + '.q') { ignore_failure :quiet; content lazy { node['db']['host'] } }", line1],
    "`rescue` in a guard" => ["file(ENV['SAID'] + '.g') { content 'x'; not_if { node['db']['host'] rescue true } }", line1],
    "ERB, `ignore_failure` and `retries`" =>
      ["template(ENV['SAID'] + '.t') { source 'x.erb'; ignore_failure true; retries 9; retry_delay 60 }", "shop/templates/x.erb:1"],
    "`rescue` in ERB" =>
      ["template(ENV['SAID'] + '.t') { source 'rescuing.erb'; ignore_failure true }", "shop/templates/rescuing.erb:1"],
    "`rescue Exception` in a resource" =>
      ["ruby_block('x') { block { begin; node['db']['host']; rescue Exception; end } }", line1],
    "a thread" =>
      ["Thread.new { node['db']['host'] rescue nil }.tap { |t| t.report_on_exception = false; t.join rescue nil }", line1],
    "`rescue Exception` in a delayed notification" =>
      ["ruby_block('x') { action :nothing; block { begin; node['db']['host']; rescue Exception; end } }\n" \
       "file(ENV['SAID'] + '.d') { content 'x'; notifies :run, 'ruby_block[x]' }", line1],
  }

  hiding.each do |what, (recipe, place, attribute_file)|
    it "cannot be hidden by #{what}", form: { words: "a failed wait under #{what}", in: :failures } do
      agent = FakeAgent.new(inputs: { %w[db host] => never }, outputs: { "x" => %w[x v] })
      result = converge({
        "shop/attributes/default.rb" => attribute_file.to_s,
        "shop/recipes/app.rb" => "#{recipe}\nnode.default['x']['v'] = 1\nruby_block('after') { block { say(:after) { 1 } } }",
        "shop/templates/x.erb" => "<%= node['db']['host'] %>",
        "shop/templates/rescuing.erb" => "<%= begin; node['db']['host']; rescue Exception; 'wrong'; end %>",
      }, agent)
      expect(result.exit_code).to eq(1), result.output
      expect(result.output).to include("[never-written] db never wrote host\n  role mysql of db ended 3 s ago\n  at #{place}\n  try: heddle why web-0")
      expect(failure_told(agent)).to include("source" => place)
      expect(@run.said.keys - ["got"]).to eq(recipe.include?("notifies") ? ["after"] : [])
      expect(agent.publishes.map { |publish| publish.body["end"] }).not_to include(true)
    end
  end

  {
    "producer-failed" => [424, 21, "role mysql of db failed"], "producer-lost" => [424, 21, "db is gone"],
    "wait-timeout" => [504, 20, "waited 10 minutes for db.host"], "deadlock" => [424, 22, "web-0 and db wait for each other"],
    "aborted" => [410, 23, "the deployment was aborted"], "unavailable" => [503, 24, "the store does not answer"],
    "segment-missing" => [424, 26, "db.host has no segment a"],
  }.each do |code, (status, exit_code, message)|
    it "follows from `#{code}`, in spite of rescue, ignore_failure and retries",
      form: { words: "a wait that ends in `#{code}`", in: :failures, note: "under `rescue`, `ignore_failure` and `retries`" } do
      failed = { status: status, error: { code: code, message: message, exitCode: exit_code, retryable: false } }
      agent = FakeAgent.new(inputs: { %w[db host] => failed })
      result = converge("ruby_block('x') do\n  ignore_failure true\n  retries 3\n" \
                        "  block { say(:got) { node['db']['host'] rescue 'wrong' } }\nend", agent)
      expect(result.exit_code).to eq(1), result.output
      expect(result.output).to include("[#{code}] #{message}\n  at shop/recipes/app.rb:4")
    end
  end

  it "cannot be hidden by ERB and `ignore_failure` where an input goes through a list of the cookbook's own",
    form: { words: "an input through a list of the cookbook's own under ERB and `ignore_failure`", in: :failures } do
    agent = FakeAgent.new(inputs: { %w[db hosts 0 ip] => "10.9.8.7" })
    result = converge({
      "shop/attributes/default.rb" => "default['db']['hosts'] = [{ 'ip' => '127.0.0.1' }]",
      "shop/recipes/app.rb" => "template(ENV['SAID'] + '.t') { source 'x.erb'; ignore_failure true }\nruby_block('after') { block { say(:after) { 1 } } }",
      "shop/templates/x.erb" => "<%= node['db']['hosts'][0]['ip'] %>",
    }, agent)
    expect(result.exit_code).to eq(1), result.output
    expect(result.output).to include("[wrong-type] the input db.hosts.0.ip goes through the index of a list: node attribute db.hosts is an Array")
    expect(result.output).to include("at shop/templates/x.erb:1")
    expect(@run.said).to eq({})
  end

  it "follows from `**` before the result of a method, in spite of rescue and ignore_failure",
    form: { words: "`{ **settings(node) }` before the input in it has arrived", in: :failures, note: "`usage`; with `.to_h` it waits" } do
    agent = FakeAgent.new(inputs: { %w[db host] => "10.9.8.7", %w[web tls] => false })
    result = converge({
      "shop/libraries/settings.rb" => "module Settings; def self.of(node, key) = node[key]; end",
      "shop/recipes/app.rb" => <<~'RUBY',
        say(:waits) { { **Settings.of(node, 'db').to_h }['host'] }
        ruby_block('x') do
          ignore_failure true
          block { say(:got) { { **Settings.of(node, 'web') } rescue 'wrong' } }
        end
      RUBY
    }, agent)
    expect(result.exit_code).to eq(1), result.output
    expect(result.output).to include("[usage] a map of node attributes is copied by Ruby itself").and include("at shop/recipes/app.rb:4\n  try: ")
    expect(@run.said.transform_values(&:value)).to eq("waits" => "10.9.8.7")
    expect(failure_told(agent)).to include("message" => a_string_starting_with("[usage]"), "source" => "shop/recipes/app.rb:4")
  end

  it "still runs Chef's delayed notifications, and says what is wrong once", form: { in: :failures } do
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

  it "by NoMethodError in a template waits for no input to say so, and changes no text that is written after it", form: { in: :failures } do
    agent = FakeAgent.new(inputs: { %w[db host] => never, %w[cluster main ip] => "10.9.8.7" })
    result = converge({
      "shop/recipes/app.rb" => <<~'RUBY',
        template(ENV['SAID'] + '.late') { action :nothing; source 'late.erb' }
        file(ENV['SAID'] + '.f') { content 'x'; notifies :create, "template[#{ENV['SAID']}.late]" }
        template(ENV['SAID'] + '.typo') { source 'typo.erb' }
      RUBY
      "shop/templates/late.erb" => "<%= node['cluster'] %> <%= node['cluster'].to_s %>",
      "shop/templates/typo.erb" => "<%= node['db'].hots %>",
    }, agent)
    expect(result.exit_code).to eq(1)
    expect(result.output).to include("undefined method `hots'", "#<heddle input db.host>")
    expect(@run.read("said.late")).to eq(([{ "main" => { "ip" => "10.9.8.7" } }.inspect] * 2).join(" "))
    expect(agent.awaits.keys).to eq(%w[cluster.main.ip])
  end

  it "is reported to the agent with its place", form: { in: :failures } do
    agent = FakeAgent.new(inputs: { %w[db host] => never })
    converge("# nothing here\nnode['db']['host']", agent)
    expect(failure_told(agent)["message"]).to start_with("[never-written] db never wrote host")
    expect(failure_told(agent)["source"]).to eq("shop/recipes/app.rb:2")
  end

  it "keeps what finished resources published, and publishes nothing of the one that failed", form: { in: :failures } do
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
    failure = failure_told(agent)
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
    expect(failure_told(agent)["message"]).to include("caf", "********", "exit with [0], but received '7'")
    expect(agent.states.map { |state| state["step"] }).to include("execute[true # caf\uFFFD]")
    expect(JSON.generate(agent.states)).not_to include("s3cr3t")
  end

  it "for want of a cookbook names it, and the folders in which it is not" do
    agent = FakeAgent.new
    expect(converge({}, agent, run_list: ["recipe[nope]"]).exit_code).to eq(1)
    expect(failure_told(agent)["message"]).to eq("No such cookbook: nope (looked in #{@run.path("cookbooks")})")
  end

  it "follows from a refused publication", form: { in: :failures } do
    refuse = ->(body) { { code: "denied", message: "node web-0 may not write x", exitCode: 25 } if body["outputs"].key?("x") }
    agent = FakeAgent.new(outputs: { "x" => %w[x v] }, on_publish: refuse)
    result = converge("ruby_block('x') { ignore_failure true; block { node.default['x']['v'] = 1 } }\nruby_block('after') { block { say(:after) { 1 } } }", agent)
    expect(result.exit_code).to eq(1)
    expect(result.output).to include("[denied] node web-0 may not write x")
    expect(@run.said).to eq({})
  end

  place = ->(line) { "\n  at shop/recipes/app.rb:#{line}\n" }
  {
    "a Proc in a list" => ["node.default['x']['v'] = { 'list' => [1, -> { 's3cr3t' }] }",
                           "x.v.list.1: an object of class Proc is not data", place.call(2)],
    "NaN, written at converge" => ["ruby_block('x') { block { node.override['x']['v']['n'] = 0.0 / 0 } }",
                                   "x.v.n: NaN is not a number that JSON knows", place.call(2)],
    "bytes that are no text" => ["node.default['x'] = { 'v' => { 's3cr3t' => \"s3cr3t\\xff\".b } }",
                                 "x.v.s3cr3t: the text is not valid UTF-8", place.call(2)],
    "a lazy map that holds itself" => ["node.default['x']['v'] = Chef::DelayedEvaluator.new { {}.tap { |map| map['again'] = map } }",
                                       "x.v.again: the value contains itself", place.call(2)],
    "a Time in an attribute file" => ["", "x.v: an object of class Time is not data",
                                      "\n  at shop/attributes/default.rb:1\n", "default['x']['v'] = Time.now"],
  }.each do |what, (recipe, refused, at, attribute_file)|
    it "follows from #{what} as an output: refused with its path and line",
      form: { words: what, in: :bad_values, works: "refused" } do
      agent = FakeAgent.new(outputs: { "x" => %w[x v] })
      result = converge({ "shop/attributes/default.rb" => attribute_file.to_s, "shop/recipes/app.rb" => "# the first line\n#{recipe}" }, agent)
      expect(result.exit_code).to eq(1), result.output
      expect(result.output).to include("[wrong-type] output x cannot be published: node attribute #{refused}", at)
      expect(failure_told(agent)["source"]).to eq(at[/\S+:\d+/])
      expect(agent.publishes.select { |publish| publish.body["outputs"].key?("x") }).to eq([])
    end
  end

  it "follows from a map that holds itself: Chef itself refuses it at the write",
    form: { words: "a map that holds itself", in: :bad_values, works: "refused", note: "by Chef, at the write" } do
    agent = FakeAgent.new(outputs: { "x" => %w[x v] })
    result = converge("# the first line\nmap = {}\nnode.default['x']['v'] = map.update('again' => map)", agent)
    expect(result.exit_code).to eq(1)
    expect(result.output).to include("stack level too deep")
    expect(failure_told(agent)["source"]).to eq("shop/recipes/app.rb:3")
    expect(agent.reports("x")).to eq([])
  end

  it "ends before it has begun without an agent", form: { in: :failures } do
    agent = FakeAgent.new
    agent.stop
    result = converge("say(:after) { 1 }", agent)
    expect(result.exit_code).to eq(1)
    expect(result.output).to include("[agent-gone]", "asking what this role declares")
    expect(@run.said).to eq({})
  end
end
