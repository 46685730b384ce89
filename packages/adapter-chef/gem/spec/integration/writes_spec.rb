# frozen_string_literal: true

# Every way in which a cookbook can set an attribute, in one run; a second run on
# the same node finds what the first one left in the node's saved file.
RSpec.describe "publishing outputs" do
  # name => [recipe code, value]; X is the output's own top-level key, `v` below it the output.
  written = {
    default: ["node.default['X']['v'] = 1", 1],
    normal: ["node.normal['X']['v'] = 1", 1],
    override: ["node.override['X']['v'] = 1", 1],
    force_default: ["node.force_default['X']['v'] = 1", 1],
    force_override: ["node.force_override['X']['v'] = 1", 1],
    automatic: ["node.automatic['X']['v'] = 1", 1],
    automatic_attrs: ["node.automatic_attrs['X']['v'] = 1", 1],
    role_default: ["node.role_default['X']['v'] = 1", 1],
    env_default: ["node.env_default['X']['v'] = 1", 1],
    symbols: ["node.default[:X][:v] = 1", 1],
    default_unless: ["node.default_unless['X']['v'] = 1", 1],
    normal_unless: ["node.normal_unless['X']['v'] = 1", 1],
    write: ["node.write(:default, 'X', 'v', 1)", 1],
    write_bang: ["node.default['X']['v'] = 0; node.write!(:default, 'X', 'v', 1)", 1],
    default_bang: ["node.default!['X']['v'] = 1", 1],
    force_override_bang: ["node.force_override!['X']['v'] = 1", 1],
    append: ["node.default['X']['v'] = []; node.default['X']['v'] << 'a' << 'b'", %w[a b]],
    push: ["node.default['X']['v'] = []; node.default['X']['v'].push('a')", %w[a]],
    merge: ["node.default['X'].merge!('v' => 1)", 1],
    update: ["node.default['X'].update('v' => 1)", 1],
    store: ["node.default['X'].store('v', 1)", 1],
    replace: ["node.default['X'].replace('v' => 1)", 1],
    whole: ["node.default['X'] = { 'v' => { 'a' => [1, 'two', nil, true] } }", { "a" => [1, "two", nil, true] }],
    held: ["(h = node.default['X']; h['v'] = 1)", 1],
    loop: ["3.times { |i| node.default['X']['v'] = i }", 2],
    merged: ["node.default['X']['v']['a'] = 1; node.override['X']['v']['b'] = 2", { "a" => 1, "b" => 2 }],
    lower: ["node.override['X']['v'] = 'high'; node.default['X']['v'] = 'low'", "high"],
    lazy: ["node.default['X']['v'] = Chef::DelayedEvaluator.new { 40 + 2 }", 42],
    changed_default: ["node.default['X']['v'] = 'new'", "new"],
    equal_default: ["node.default['X']['v'] = 'same'", "same"],
    equal_parent: ["node.default['X'] = { 'v' => 'same' }", "same"],
    equal_merge: ["node.default['X'].merge!('v' => 'same')", "same"],
    equal_level: ["node.attributes.env_override = { 'X' => { 'v' => 'same' } }", "same"],
    unicode: ["node.default['X']['v'] = 'grüß'", "grüß"],
    false: ["node.default['X']['v'] = false", false],
    symbol_value: ["node.default['X']['v'] = :sym", "sym"],
    float: ["node.default['X']['v'] = 1.5", 1.5],
    binary_text: ["node.default['X']['v'] = 'grüß'.b", "grüß"],
    derived: ["node.default['X']['v'] = \"http://\#{node['in']['ip']}\"", "http://10.0.0.1"],
    of_input: ["node.default['X']['v'] = node['in'].to_h", { "ip" => "10.0.0.1" }],
    converge: ["ruby_block('X') { block { node.default['X']['v'] = 1 } }", 1],
    delayed: ["ruby_block('X') { action :nothing; block { node.default['X']['v'] = 1 } }; file(ENV['SAID'] + '.d') { content 'x'; notifies :run, 'ruby_block[X]' }", 1],
    replaced_late: ["ruby_block('X') { block { node.default['X']['v'] = 'final' } }", "final"],
    deleted_level: ["node.rm_override('X', 'v')", "beneath"],
    array_element: ["node.default['X']['v'] = [{ 'a' => 1 }]; ruby_block('X') { block { node.default['X']['v'].first['a'] = 2 } }", [{ "a" => 2 }]],
    in_place: ["node.default['X']['v'] = +'a'; ruby_block('X') { block { node.default['X']['v'] << 'b' } }", "ab"],
  }.to_h { |name, (code, value)| [name, [code.gsub("X", "w_#{name}"), value]] }

  held = {
    attribute_file: "same", attribute_normal: "same", attribute_override: "same", role: "role", role_override: "role",
    json: "json", untouched_sibling: "same", read_back: "same", of_lazy_input: "at 10.0.0.1", of_input_file: "at 10.0.0.1"
  }
  silent = {
    nil: "node.default['X']['v'] = nil", removed: "node.default['X']['v'] = 1; node.rm('X', 'v')",
    unset: "node.default['X']['other'] = 1", refused_nil: "node.override['X']['v'] = nil"
  }.to_h { |name, code| [name, code.gsub("X", "n_#{name}")] }

  attribute_file = <<~RUBY
    default['w_changed_default']['v'] = '127.0.0.1'
    default['w_replaced_late']['v'] = '127.0.0.1'
    %w[equal_default equal_parent equal_merge equal_level].each { |name| default["w_\#{name}"]['v'] = 'same' }
    default['w_deleted_level']['v'] = 'beneath'
    override['w_deleted_level']['v'] = 'above'
    default['h_attribute_file']['v'] = 'same'
    normal['h_attribute_normal']['v'] = 'same'
    override['h_attribute_override']['v'] = 'same'
    default['h_untouched_sibling']['v'] = 'same'
    default['h_read_back']['v'] = 'same'
    default['h_of_lazy_input']['v'] = lazy { "at \#{node['late']['ip']}" }
    default['h_of_input_file']['v'] = "at \#{node['in']['ip']}"
    default['n_refused_nil']['v'] = 1
    force_default['n_refused_nil']['v'] = nil
    override['n_refused_nil']['v'] = nil
    default['tree'] = { 'a' => 1, 'b' => { 'c' => 2 } }
    automatic['hostname'] = 'renamed'
    default['app']['url'] = Chef::DelayedEvaluator.new { 'http://' + node['app']['server']['host'] }
    default['app']['conf'] = { 'url' => lazy { node['app']['url'] } }
    default['app']['never'] = lazy { 'http://' + node['app']['nobody']['host'] }
  RUBY

  recipe = <<~RUBY
    #{written.values.map(&:first).join("\n")}
    #{silent.values.join("\n")}
    node.default['h_untouched_sibling']['w'] = 1
    node.default['h_read_back']['v'].length
    node.default['tree']['b']['c'] = 3
    node.default['top_level'] = 'scalar'
    node.normal['kept']['v'] = 'from the first run'
    node.normal['kept_twice']['v'] = 'again'
    ruby_block('server') { block { node.default['app']['server']['host'] = 'h' } }
    ruby_block('read') { block { node['late']['ip'] } }
  RUBY

  second_recipe = <<~RUBY
    node.normal['kept_twice']['v'] = 'again'
  RUBY

  before(:all) do
    outputs = written.keys.to_h { |name| [name.to_s, ["w_#{name}", "v"]] }
    held.each_key { |name| outputs["h_#{name}"] = ["h_#{name}", "v"] }
    silent.each_key { |name| outputs["n_#{name}"] = ["n_#{name}", "v"] }
    outputs.merge!("kept" => %w[kept v], "kept_twice" => %w[kept_twice v], "tree" => %w[tree], "top_level" => %w[top_level],
      "platform" => %w[platform], "os" => %w[os], "hostname" => %w[hostname], "json_kept" => %w[json_kept v],
      "url" => %w[app url], "conf" => %w[app conf], "never" => %w[app never])
    role = { name: "base", json_class: "Chef::Role", chef_type: "role", run_list: ["recipe[shop::app]"],
             default_attributes: { h_role: { v: "role" } }, override_attributes: { h_role_override: { v: "role" } } }
    @run = ChefRun.new(
      { "shop/attributes/default.rb" => attribute_file, "shop/recipes/app.rb" => recipe, "/roles/base.json" => JSON.generate(role) },
      run_list: ["role[base]"], json: { h_json: { v: "json" }, json_kept: { v: "json" } }
    )
    inputs = { %w[in ip] => "10.0.0.1", %w[late ip] => "10.0.0.1" }
    @agent = FakeAgent.new(inputs: inputs, outputs: outputs)
    @result = @run.call(agent: @agent)
    @run.edit("shop/recipes/app.rb", second_recipe)
    @second_agent = FakeAgent.new(inputs: inputs, outputs: outputs)
    @second = @run.call(agent: @second_agent)
  end

  after(:all) do
    [@agent, @second_agent].each(&:stop)
    @run.clean
  end

  def origins(agent, name)
    agent.reports(name).map { |report| [report["origin"], report["value"]] }
  end

  it "converges twice" do
    expect(@result.exit_code).to eq(0), @result.output
    expect(@second.exit_code).to eq(0), @second.output
  end

  written.each do |name, (code, value)|
    it "publishes what was written by #{code}" do
      origin, last = origins(@agent, name.to_s).last
      expect(last).to eq(value)
      expect(last.class).to eq(value.class)
      expect(origin).to eq("written")
    end
  end

  held.each do |name, value|
    it "reports #{name} only as a default" do
      expect(origins(@agent, "h_#{name}").uniq).to eq([["default", value]])
    end
  end

  silent.each do |name, code|
    it "never reports after #{code}" do
      expect(@agent.reports("n_#{name}").map { |report| report["value"] }).not_to include(nil)
      expect(@agent.reports("n_#{name}")).to eq([]) unless name == :refused_nil
    end
  end

  it "reports a default first and what replaces it later" do
    expect(origins(@agent, "replaced_late")).to eq([["default", "127.0.0.1"], %w[written final]])
  end

  it "publishes a loop's result once, at the safe point" do
    expect(origins(@agent, "loop")).to eq([["written", 2]])
    expect(origins(@agent, "append")).to eq([["written", %w[a b]]])
  end

  it "finds changes that Chef itself does not notice at the end" do
    expect(origins(@agent, "array_element").map(&:last)).to eq([[{ "a" => 1 }], [{ "a" => 2 }]])
    expect(origins(@agent, "in_place").map(&:last)).to eq(%w[a ab])
  end

  it "reports whole maps and top-level values" do
    expect(origins(@agent, "tree")).to eq([["default", { "a" => 1, "b" => { "c" => 2 } }], ["written", { "a" => 1, "b" => { "c" => 3 } }]])
    expect(origins(@agent, "top_level")).to eq([%w[written scalar]])
  end

  it "reports facts about the machine as such, before the recipes" do
    first = @agent.publishes.first.body["outputs"]
    expect(first["os"]).to eq("value" => "linux", "origin" => "automatic")
    expect(first["hostname"]).to eq("value" => "renamed", "origin" => "automatic")
    expect(origins(@agent, "os").size).to eq(1)
  end

  it "tells where a value was written" do
    line = recipe.lines.index { |l| l.include?("w_override']") } + 1
    expect(@agent.reports("override").last["source"]).to eq("shop/recipes/app.rb:#{line}")
  end

  it "does not wait for an input to publish an output that depends on it" do
    expect(@agent.awaits.fetch("late.ip")).to eq("shop/recipes/app.rb:#{recipe.lines.size}")
    late = @agent.requests.index { |r| r.route == "await" && r.body["path"] == %w[late ip] }
    first_report = @agent.requests.index { |r| r.route == "publish" && r.body["outputs"].key?("h_of_lazy_input") }
    expect(first_report).to be > late
  end

  it "comes back to a lazy default that has no value yet, and leaves one out that never gets one" do
    expect(origins(@agent, "url")).to eq([%w[written http://h]])
    expect(origins(@agent, "conf")).to eq([["written", { "url" => "http://h" }]])
    expect(origins(@agent, "never")).to eq([])
  end

  it "ends with one end, after everything else" do
    ends = @agent.publishes.map { |publish| publish.body["end"] }
    expect(ends.count(true)).to eq(1)
    expect(ends.last).to be(true)
  end

  it "tells a value that only the node's saved file holds from one that is written again" do
    expect(origins(@second_agent, "kept")).to eq([["saved", "from the first run"]])
    expect(origins(@second_agent, "kept_twice")).to eq([%w[saved again], %w[written again]])
  end

  it "does not call a value saved that this run's own files give again" do
    expect(origins(@second_agent, "json_kept")).to eq([%w[default json]])
    expect(origins(@second_agent, "h_attribute_normal")).to eq([%w[default same]])
  end
end
