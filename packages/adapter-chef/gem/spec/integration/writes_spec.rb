# frozen_string_literal: true

require_relative "../support/forms/writes"

# Every way in which a cookbook can set an attribute, in one run; a second run on
# the same node finds what the first one left in the node's saved file.
RSpec.describe "publishing outputs" do
  written = Forms.writes

  held = {
    attribute_file: "same", attribute_normal: "same", attribute_override: "same",
    attribute_force_default: "same", attribute_force_override: "same", role: "role", role_override: "role",
    json: "json", untouched_sibling: "same", read_back: "same", of_lazy_input: "at 10.0.0.1", of_input_file: "at 10.0.0.1"
  }
  held_words = {
    attribute_file: "`default` in an attribute file", attribute_normal: "`normal` in an attribute file",
    attribute_override: "`override` in an attribute file", attribute_force_default: "`force_default` in an attribute file",
    attribute_force_override: "`force_override` in an attribute file", role: "`default_attributes` of a role",
    role_override: "`override_attributes` of a role", json: "what `-j FILE` gives",
    untouched_sibling: "an attribute beside which the recipe writes", read_back: "an attribute whose level the recipe reads",
    of_lazy_input: "a lazy attribute that reads an input", of_input_file: "an attribute that an attribute file makes of an input"
  }
  silent = {
    nil: "node.default['X']['v'] = nil", removed: "node.default['X']['v'] = 1; node.rm('X', 'v')",
    unset: "node.default['X']['other'] = 1", refused_nil: "node.override['X']['v'] = nil"
  }.to_h { |name, code| [name, code.gsub("X", "n_#{name}")] }

  attribute_file = <<~RUBY
    default['h_attribute_file']['v'] = 'same'
    normal['h_attribute_normal']['v'] = 'same'
    override['h_attribute_override']['v'] = 'same'
    force_default['h_attribute_force_default']['v'] = 'same'
    force_override['h_attribute_force_override']['v'] = 'same'
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
    #{written.map(&:recipe).join("\n")}
    #{silent.values.join("\n")}
    node.default['h_untouched_sibling']['w'] = 1
    node.default['h_read_back']['v'].length
    node.default['tree']['b']['c'] = 3
    node.default['top_level'] = 'scalar'
    node.normal['kept']['v'] = 'from the first run'
    node.normal['kept_twice']['v'] = 'again'
    ruby_block('server') { block { node.default['app']['server']['host'] = 'h' } }
    ohai('hostname') { plugin 'hostname' }
    ruby_block('read') { block { node['late']['ip'] } }
  RUBY

  second_recipe = <<~RUBY
    node.normal['kept_twice']['v'] = 'again'
  RUBY

  before(:all) do
    outputs = written.to_h { |form| [form.name.to_s, [form.top, "v"]] }
    held.each_key { |name| outputs["h_#{name}"] = ["h_#{name}", "v"] }
    silent.each_key { |name| outputs["n_#{name}"] = ["n_#{name}", "v"] }
    outputs.merge!("kept" => %w[kept v], "kept_twice" => %w[kept_twice v], "tree" => %w[tree], "top_level" => %w[top_level],
      "platform" => %w[platform], "os" => %w[os], "hostname" => %w[hostname], "json_kept" => %w[json_kept v],
      "url" => %w[app url], "conf" => %w[app conf], "never" => %w[app never], "relay" => %w[late ip])
    role = { name: "base", json_class: "Chef::Role", chef_type: "role", run_list: ["recipe[shop::app]"],
             default_attributes: { h_role: { v: "role" } }, override_attributes: { h_role_override: { v: "role" } } }
    @run = ChefRun.new(
      { **Forms::WRITES_FILES, "shop/attributes/default.rb" => attribute_file, "shop/recipes/app.rb" => recipe,
        "/roles/base.json" => JSON.generate(role) },
      run_list: ["role[base]"], json: { h_json: { v: "json" }, json_kept: { v: "json" } }
    )
    inputs = { **Forms::WRITES_READ, %w[late ip] => "10.0.0.1" }
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

  written.each do |form|
    it "publishes what was written by #{form.shown}", form: { code: form.shown, in: :writes, note: "`#{JSON.generate(form.value)}`" } do
      origin, last = origins(@agent, form.name.to_s).last
      expect(last).to eq(form.value)
      expect(last.class).to eq(form.value.class)
      expect(origin).to eq("written")
    end
  end

  held.each do |name, value|
    it "reports #{name} only as a default, which the agent holds back until the role has ended",
      form: { words: held_words.fetch(name), in: :held, works: "held" } do
      expect(origins(@agent, "h_#{name}").uniq).to eq([["default", value]])
    end
  end

  silent.each do |name, code|
    it "never reports after #{code}", form: { code: code, in: :silent_writes } do
      expect(@agent.reports("n_#{name}").map { |report| report["value"] }).not_to include(nil)
      expect(@agent.reports("n_#{name}")).to eq([]) unless name == :refused_nil
    end
  end

  it "reports a default first and what replaces it later", form: { in: :held } do
    expect(origins(@agent, "replaced_late")).to eq([["default", "127.0.0.1"], %w[written final]])
  end

  it "publishes a loop's result once, at the safe point", form: { in: :held } do
    expect(origins(@agent, "loop")).to eq([["written", 2]])
    expect(origins(@agent, "append")).to eq([["written", %w[a b]]])
  end

  it "finds changes that Chef itself does not notice at the end", form: { in: :held } do
    expect(origins(@agent, "array_element").map(&:last)).to eq([[{ "a" => 1 }], [{ "a" => 2 }]])
    expect(origins(@agent, "in_place").map(&:last)).to eq(%w[a ab])
  end

  it "reports whole maps and top-level values", form: { in: :held } do
    expect(origins(@agent, "tree")).to eq([["default", { "a" => 1, "b" => { "c" => 2 } }], ["written", { "a" => 1, "b" => { "c" => 3 } }]])
    expect(origins(@agent, "top_level")).to eq([%w[written scalar]])
  end

  it "reports facts about the machine as such, before the recipes", form: { in: :held } do
    first = @agent.publishes.first.body["outputs"]
    expect(first["os"]).to eq("value" => "linux", "origin" => "automatic")
    expect(first["hostname"]).to eq("value" => "renamed", "origin" => "automatic")
    expect(origins(@agent, "os").size).to eq(1)
  end

  it "reports a fact again when ohai has found another value at converge", form: { in: :held } do
    expect(origins(@agent, "hostname")).to eq([%w[automatic renamed], ["written", Socket.gethostname[/[^.]+/]]])
  end

  it "passes on an input that is an output as well, when the role has ended", form: { in: :held } do
    expect(origins(@agent, "relay")).to eq([%w[default 10.0.0.1]])
  end

  it "tells where a value was written" do
    line = recipe.lines.index { |l| l.include?("w_override']") } + 1
    expect(@agent.reports("override").last["source"]).to eq("shop/recipes/app.rb:#{line}")
  end

  it "does not wait for an input to publish an output that depends on it", form: { in: :held } do
    expect(@agent.awaits.fetch("late.ip")).to eq("shop/recipes/app.rb:#{recipe.lines.size}")
    late = @agent.requests.index { |r| r.route == "await" && r.body["path"] == %w[late ip] }
    first_report = @agent.requests.index { |r| r.route == "publish" && r.body["outputs"].key?("h_of_lazy_input") }
    expect(first_report).to be > late
  end

  it "comes back to a lazy default that has no value yet, and leaves one out that never gets one", form: { in: :held } do
    expect(origins(@agent, "url")).to eq([%w[written http://h]])
    expect(origins(@agent, "conf")).to eq([["written", { "url" => "http://h" }]])
    expect(origins(@agent, "never")).to eq([])
  end

  it "ends with one end, after everything else" do
    ends = @agent.publishes.map { |publish| publish.body["end"] }
    expect(ends.count(true)).to eq(1)
    expect(ends.last).to be(true)
  end

  it "tells a value that only the node's saved file holds from one that is written again", form: { in: :held } do
    expect(origins(@second_agent, "kept")).to eq([["saved", "from the first run"]])
    expect(origins(@second_agent, "kept_twice")).to eq([%w[saved again], %w[written again]])
  end

  it "does not call a value saved that this run's own files give again", form: { in: :held } do
    expect(origins(@second_agent, "json_kept")).to eq([%w[default json]])
    expect(origins(@second_agent, "h_attribute_normal")).to eq([%w[default same]])
  end
end
