# frozen_string_literal: true

require_relative "../support/forms/reads"
require_relative "../support/forms/values"

# Every form in which a recipe can read, in one run of chef-solo: each form has an
# input of its own, so that the agent can tell which read asked for it.
RSpec.describe "reading inputs in a recipe" do
  ip = Forms::IP
  forms = Forms.reads
  silent = Forms.silent
  kinds = Forms.values

  # path => [value, expression, expected, class]
  values = {
    %w[v_int port] => [3306, "node['v_int']['port'] + 1", 3307, "Integer"],
    %w[v_zero n] => [0, "node['v_zero']['n']", 0, "Integer"],
    %w[v_float n] => [1.5, "node['v_float']['n']", 1.5, "Float"],
    %w[v_true b] => [true, "node['v_true']['b']", true, "TrueClass"],
    %w[v_false b] => [false, "node['v_false']['b']", false, "FalseClass"],
    %w[v_nil n] => [nil, "node['v_nil']['n']", nil, "NilClass"],
    %w[v_nilf n] => [nil, "node['v_nilf'].fetch('n', 'd')", nil, "NilClass"],
    %w[v_empty s] => ["", "node['v_empty']['s']", "", "String"],
    %w[v_unicode s] => ["grüß 日本", "node['v_unicode']['s']", "grüß 日本", "String"],
    %w[v_data s] => ['#{1} <%= 2 %> ${x} {{ y }}', "node['v_data']['s']", '#{1} <%= 2 %> ${x} {{ y }}', "String"],
    %w[v_frozen s] => ["x", "node['v_frozen']['s'].frozen?", true, "TrueClass"],
    %w[v_list l] => [%w[a b], "node['v_list']['l']", %w[a b], "Chef::Node::ImmutableArray"],
    %w[v_replace l] => [%w[a b], "node['v_replace']['l']", %w[a b], "Chef::Node::ImmutableArray"],
    %w[v_map m] => [{ "a" => { "b" => 1 } }, "node['v_map']['m']", { "a" => { "b" => 1 } }, "Chef::Node::ImmutableMash"],
    %w[v_nested m] => [{ "a" => [{ "b" => 1 }] }, "node['v_nested']['m']['a'][0]['b']", 1, "Integer"],
    %w[v_symbol m] => [{ "a" => { "b" => 1 } }, "node[:v_symbol][:m][:a][:b]", 1, "Integer"],
    %w[v_merge m] => [{ "a" => 1, "deep" => { "y" => 2 } }, "node['v_merge']['m'].to_h",
                      { "mine" => 0, "a" => 1, "deep" => { "x" => 1, "y" => 2 } }, "Hash"],
    %w[v_top] => ["top", "node['v_top']", "top", "String"],
    %w[v_top_read] => ["top", "node.read('v_top_read')", "top", "String"],
    %w[v_top_nil] => [nil, "node['v_top_nil']", nil, "NilClass"],
    %w[v_top_map] => [{ "a" => 1 }, "node['v_top_map']['a']", 1, "Integer"],
    %w[v_top_list] => [[1], "node['v_top_list'].first", 1, "Integer"],
    %w[v_deep a b c] => ["deep", "node['v_deep']['a']['b']['c']", "deep", "String"],
    %w[v_deep2 a b c] => ["deep", "node.dig('v_deep2', 'a', 'b', 'c')", "deep", "String"],
    %w[v_inside m] => [{ "a" => { "b" => 7 } }, "node.exist?('v_inside', 'm', 'a', 'b')", true, "TrueClass"],
  }

  own_values = ->(top) { "default['#{top}']['port'] = 80\ndefault['#{top}']['ip'] = '127.0.0.1'" }
  attribute_file = [
    *forms.map { |form| own_values.call("f_#{form.name}") },
    *silent.map { |form| own_values.call("s_#{form.name}") },
    *kinds.map(&:attribute_code),
    "default['v_merge']['m'] = { 'mine' => 0, 'a' => 0, 'deep' => { 'x' => 1, 'y' => 1 } }",
    "override['v_replace']['l'] = %w[x y z]",
    "default['derived'] = \"at \#{node['a_file']['ip']}\"",
    "default['native'] = lazy { \"at \#{node['a_lazy']['ip']}\" }",
    "default['level_copy'] = default['a_level']['ip']",
  ].join("\n")

  recipe = [
    *silent.map { |form| "say(:s_#{form.name}) { #{form.expression("s")} }" },
    *forms.map { |form| "say(:f_#{form.name}) { #{form.expression("f")} }" },
    *values.map { |path, (_, code, *)| "say(:#{path.first}) { #{code} }" },
    *kinds.map { |value| "say(:#{value.path.first}) { #{value.code} }" },
    "say(:native) { node['native'] }",
    "say(:level_copy) { node['level_copy'] }",
    "say(:whole) { node.to_h['w']['ip'] }",
  ]
  # Reading the whole node needs every input, also those that must stay unread until then.
  silent_paths = silent.map { |form| ["s_#{form.name}", "ip"] } +
                 [%w[s_other_child_all one ip], %w[s_other_child_all two ip], %w[s_top_scalar_key_top], %w[a_level ip]]

  before(:all) do
    inputs = forms.to_h { |form| [["f_#{form.name}", "ip"], ip] }
    silent_paths.each { |path| inputs[path] = "delivered" }
    values.each { |path, (value, *)| inputs[path] = value }
    kinds.each { |value| inputs[value.path] = value.remote }
    %w[a_file a_lazy w].each { |name| inputs[[name, "ip"]] = ip }
    @agent = FakeAgent.new(inputs: inputs)
    @run = ChefRun.new({ "shop/attributes/default.rb" => attribute_file, "shop/recipes/app.rb" => recipe.join("\n") })
    @result = @run.call(agent: @agent)
    @said = @run.said
    @awaits = @agent.awaits
  end

  after(:all) do
    @agent.stop
    @run.clean
  end

  def place(line_start, recipe)
    "shop/recipes/app.rb:#{recipe.index { |line| line.start_with?(line_start) } + 1}"
  end

  it "converges" do
    expect(@result.exit_code).to eq(0), @result.output
  end

  forms.each do |form|
    it "delivers with #{form.shown}", form: { code: form.shown, in: :reads, note: form.gives } do
      expect(@said["f_#{form.name}"].to_a).to eq([form.value, form.type])
    end

    it "waits exactly at #{form.shown}" do
      expect(@awaits["f_#{form.name}.ip"]).to eq(place("say(:f_#{form.name})", recipe))
    end
  end

  silent.each do |form|
    it "does not wait at #{form.shown}", form: { code: form.shown, in: :silent, note: form.gives } do
      expect(@said["s_#{form.name}"].value).to eq(form.value)
      asked_at = @awaits.filter_map { |path, source| source if path.start_with?("s_#{form.name}") }.uniq
      expect(asked_at).to eq([place("say(:whole)", recipe)])
    end
  end

  values.each do |path, (_, code, expected, type)|
    it "gives #{expected.inspect} as #{type} for #{code}", form: { code: code, in: :values, note: "`#{expected.inspect}` (#{type})" } do
      expect(@said[path.first].to_a).to eq([expected, type])
    end
  end

  kinds.group_by(&:kind).each_value do |over|
    remote, type = Forms::KINDS.fetch(over.first.kind)
    merged = remote.is_a?(Hash) ? "merged over a local map" : "in place of a local map"
    it "gives #{remote.inspect} as #{type} over a local text, number, flag and list, and #{merged}",
      form: { words: "an input of `#{remote.inspect}`", in: :values,
              note: "#{type}; #{remote.is_a?(Hash) ? "merged over a local map, in place of any other" : "in place of any"} local value" } do
      expect(over.to_h { |value| [value.local, @said[value.path.first].to_a] })
        .to eq(over.to_h { |value| [value.local, [value.expected, type]] })
    end
  end

  it "shows an attribute file its own level, without waiting" do
    expect(@said["level_copy"].value).to eq({})
    expect(@awaits["a_level.ip"]).to eq(place("say(:whole)", recipe))
  end

  it "waits in an attribute file" do
    expect(@awaits["a_file.ip"]).to match(%r{\Ashop/attributes/default\.rb:\d+\z})
  end

  it "waits in a lazy attribute when that is read" do
    expect(@said["native"].value).to eq("at #{ip}")
    expect(@awaits["a_lazy.ip"]).to match(%r{\Ashop/attributes/default\.rb:\d+\z})
  end

  it "tells reads off the main thread apart" do
    in_background = @agent.requests.select { |r| r.route == "await" && r.body["background"] }.map { |r| r.body["path"].first }
    expect(in_background).to contain_exactly("f_thread")
  end

  it "asks once for each value, and once more for one that a forked process has read" do
    paths = @agent.requests.select { |r| r.route == "await" }.map { |r| r.body["path"] }
    expect(paths.tally.select { |_, times| times > 1 }).to eq(%w[f_fork ip] => 2)
  end

  it "sends the id of the run" do
    expect(@agent.requests.map { |r| r.headers["heddle-run"] }.uniq).to eq(["r1"])
  end

  it "saves no delivered value in the node's file" do
    saved = @run.read("nodes", "web-0.json")
    expect(saved).not_to include("delivered")
    expect(saved).to include("127.0.0.1")
  end
end
