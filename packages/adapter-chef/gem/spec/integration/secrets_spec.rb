# frozen_string_literal: true

# Searches every file and stream of a run for pieces of its sensitive values. The pieces
# are nowhere in the cookbooks: they come from the agent, or are put together by the recipe.
RSpec.describe "sensitive values" do
  piece = "C4NARY"
  password = "#{piece}-in \"7f3a'/\#{x}"
  key = "--#{piece}-one--\n#{piece}-two\n#{piece}-three\n"

  # What a recipe may well do with a secret, apart from what it writes to `written` on purpose.
  uses = <<~'RUBY'
    password = node['db']['password']
    made = ['C4NA', 'RY-made'].join
    node.default['out']['made'] = made
    Chef::Log.warn "made #{made}, got #{password}"
    node.default['copies']['url'] = "http://u:#{ERB::Util.url_encode(password)}@db/"
    node.override['copies']['list'] = [{ password => node['db']['key'] }]
    node.automatic['copies']['automatic'] = password
    node.normal['copies'] = { 'normal' => "x #{password}", 'list' => [password], 'other' => 1 }
    here = File.join(File.dirname(ENV.fetch('SAID')), 'written')
    directory here
    log "got #{password} and #{node['db']['key']}"
    log(made) { message lazy { "made #{node['out']['made']}" }; level :error }
    execute "test -n #{Shellwords.escape(password)}"
    execute('printenv PASSWORD KEY') { environment 'PASSWORD' => password, 'KEY' => node['db']['key']; live_stream true }
    execute("echo #{made} >&2; exit 1") { ignore_failure true }
    file("#{here}/plain") { content password }
    file("#{here}/key") { content "first\n#{node['db']['key']}last\n" }
    template("#{here}/conf") { source 'conf.erb'; variables(password: password) }
    ruby_block("step #{password}") { block { Chef::Log.info("in #{password}".inspect); Chef::Log.error(RuntimeError.new(password)) } }
    ruby_block('raises') { ignore_failure true; block { raise "broken #{password}" } }
    ruby_block('late') { block { node.override['out']['late'] = made.reverse; Chef::Log.warn("late #{made.reverse}") } }
  RUBY

  runs = {
    "a run that goes well, at -l trace" => { ends: [0], args: %w[-l trace --force-formatter] },
    "a run that goes well, at -l debug, logged into a file" => { ends: [0], args: %w[-l debug -L chef.log] },
    "a run that goes well, at -l info, with the minimal formatter" => { ends: [0], args: %w[-l info -F minimal] },
    "a why-run at -l trace" => { ends: [0], args: %w[-l trace --why-run --force-formatter] },
    "a failure by NameError, whose text shows the node" =>
      { ends: [1], more: "node.merged.nope", args: %w[-l debug --force-formatter --always-dump-stacktrace] },
    "a failure by NameError of a map" => { ends: [1], more: "node['db'].nope", args: %w[--always-dump-stacktrace], says: /NoMethodError.*undefined method `nope'/m },
    "a failure inside a template" => { ends: [1], more: "template(here + '/bad') { source 'bad.erb' }", args: %w[-l trace --force-formatter] },
    "a failed command" => { ends: [1], more: 'execute "echo #{made}; echo #{Shellwords.escape(password)} >&2; false"', args: [] },
    "a failed wait" => { ends: [1], more: "ruby_block('wait') { block { node['db']['host'] } }", args: %w[-l debug --force-formatter] },
  }

  config = <<~'RUBY'
    require "chef/handler/json_file"
    require "chef/handler/error_report"
    here = File.dirname(ENV.fetch("SAID"))
    json = Chef::Handler::JsonFile.new(path: File.join(here, "reports"))
    report_handlers << json
    exception_handlers << json << Chef::Handler::ErrorReport.new
    data_collector[:output_locations] = { files: [File.join(here, "collected.json")] }
    data_collector[:mode] = :both
  RUBY

  def converge(recipe, args, inputs, sensitive, config)
    @agent = FakeAgent.new(preview: args.include?("--why-run"), inputs: inputs, sensitive: sensitive, outputs: { "made" => %w[out made], "late" => %w[out late] })
    @run = ChefRun.new({
      "/collected.json" => "",
      "shop/recipes/app.rb" => recipe,
      "shop/templates/conf.erb" => "a=1\npassword=<%= @password %>\nkey=<%= node['db']['key'] %>\n",
      "shop/templates/bad.erb" => "<%= @node['db']['password'] %>\n<%= raise \"no \#{node['db']['password']}\" %>\n",
    }, user_config: config)
    @run.call(agent: @agent, args: args)
  end

  after do
    @agent&.stop
    @run&.clean
  end

  never = { error: { code: "never-written", message: "db never wrote host", exitCode: 21, retryable: false } }
  inputs = { %w[db password] => password, %w[db key] => key, %w[db host] => never }
  sensitive = [%w[db password], %w[db key], %w[out made], %w[out late]]

  runs.each do |what, run|
    it "are in no file and no stream of #{what}", form: { words: what, in: :secrets, note: "in no file and no stream" } do
      result = converge("#{uses}#{run[:more]}\n", run[:args], inputs, sensitive, config)
      expect(run[:ends]).to include(result.exit_code), result.output
      expect(result.output).to match(run[:says]) if run[:says]
      found = { "the output" => result.output, "the reports to the agent" => JSON.generate(@agent.states) }.merge(@run.files)
      written = found.keys.grep(%r{\Awritten/})
      leaks = found.except(*written).transform_values { |text| text.scrub.lines.grep(/C4NARY|YRAN4C/) }.reject { |_, lines| lines.empty? }
      expect(leaks).to be_empty, leaks.map { |where, lines| "#{where} has #{lines.size} lines such as: #{lines.first[0, 300]}" }.join("\n")
      expect(result.output + @run.files.fetch("chef.log", "")).to include("********")
    end
  end

  it "stay in what the recipe writes with them, and reach their readers", form: { in: :secrets } do
    result = converge(uses, [], inputs, sensitive, config)
    expect(result.exit_code).to eq(0), result.output
    expect(@run.read("written", "plain")).to eq(password)
    expect(@run.read("written", "conf")).to eq("a=1\npassword=#{password}\nkey=#{key}\n")
    expect(@agent.reports("made").map { |report| report["value"] }).to eq(["#{piece}-made"])
  end

  it "are left out of the saved `normal` attributes when another machine made them", form: { in: :secrets } do
    result = converge(uses, [], inputs, sensitive, config)
    expect(result.exit_code).to eq(0), result.output
    saved = JSON.parse(@run.read("nodes", "web-0.json"))
    expect(saved["normal"]["copies"]).to eq("other" => 1)
    expect(saved["default"]["copies"]).to eq("url" => "http://u:********@db/")
    expect(saved["override"]["copies"]).to eq("list" => [{ "********" => "********" }])
  end

  it "stay the same from run to run, and out of the saved `normal` attributes, when the recipe made them and asked Chef to keep them",
    form: { in: :secrets, note: "`normal_unless` finds what the agent has kept" } do
    recipe = <<~'RUBY'
      node.normal_unless['out']['made'] = ['C4NA', "RY-#{rand(1_000_000_000)}"].join
      node.normal['out']['other'] = { 'url' => "http://u:#{node['out']['made']}@db/", 'port' => 1 }
      node.default['copy'] = node['out']['made']
    RUBY
    result = converge(recipe, [], {}, sensitive, config)
    expect(result.exit_code).to eq(0), result.output
    made = @agent.reports("made").last
    expect(made).to include("value" => start_with(piece), "kept" => true)
    expect(@run.files.except("chef.log").select { |_, text| text.include?(piece) }.keys).to eq([])
    expect(JSON.parse(@run.read("nodes", "web-0.json"))["normal"]["out"]).to eq("other" => { "port" => 1 })

    @agent.stop
    @agent = FakeAgent.new(sensitive: sensitive, outputs: { "made" => %w[out made], "late" => %w[out late] }, kept: { %w[out made] => made["value"] })
    result = @run.call(agent: @agent)
    expect(result.exit_code).to eq(0), result.output
    expect(@agent.reports("made").last).to eq("value" => made["value"], "origin" => "saved", "kept" => true)
    expect(@run.files.select { |_, text| text.include?(piece) }.keys).to eq([])

    @agent.stop
    @agent = FakeAgent.new(outputs: { "copy" => %w[copy] }, kept: { %w[out made] => made["value"] })
    result = @run.call(agent: @agent)
    expect(result.exit_code).to eq(0), result.output
    expect(@agent.reports("copy").last).to include("value" => made["value"])
    expect(@run.files.select { |_, text| text.include?(piece) }.keys).to eq([])
  end

  it "stay in the saved `normal` attributes as long as no agent has kept them", form: { in: :secrets, works: "kept", note: "in a file of mode 0600, as without Heddle" } do
    recipe = "node.normal_unless['out']['made'] = ['C4NA', 'RY-made'].join\nnode.override['out']['made'] = 'C4NARY-other'\n"
    result = converge(recipe.sub("C4NARY-other", "#{piece}-other"), [], {}, sensitive, config)
    expect(result.exit_code).to eq(0), result.output
    expect(@agent.reports("made").last).not_to include("kept")
    saved = JSON.parse(@run.read("nodes", "web-0.json"))
    expect(saved["normal"]["out"]).to eq("made" => "#{piece}-made")
    expect(saved["override"]["out"]).to eq("made" => "********")
    expect(File.stat(@run.path("nodes", "web-0.json")).mode & 0o777).to eq(0o600)
  end
end
