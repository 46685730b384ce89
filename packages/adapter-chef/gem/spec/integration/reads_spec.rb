# frozen_string_literal: true

# Every form in which a recipe can read, in one run of chef-solo: each form has an
# input of its own, so that the agent can tell which read asked for it.
RSpec.describe "reading inputs in a recipe" do
  # name => [expression, expected value, expected class]; X is the form's own top-level
  # key, which has a remote `ip` and a local `port` (and a local `ip` that must lose).
  ip = "10.9.8.7"
  both = { "port" => 80, "ip" => ip }
  forms = {
    brackets: ["node['X']['ip']", ip],
    symbols: ["node[:X][:ip]", ip],
    attributes: ["node.attributes['X']['ip']", ip],
    chef_node: ["Chef.node['X']['ip']", ip],
    node_fetch: ["node.fetch('X')['ip']", ip],
    fetch: ["node['X'].fetch('ip')", ip],
    fetch_symbol: ["node['X'].fetch(:ip)", ip],
    fetch_default: ["node['X'].fetch('ip', 'd')", ip],
    fetch_block: ["node['X'].fetch('ip') { 'd' }", ip],
    node_dig: ["node.dig('X', 'ip')", ip],
    dig: ["node['X'].dig('ip')", ip],
    node_read: ["node.read('X', 'ip')", ip],
    read: ["node['X'].read('ip')", ip],
    node_read_bang: ["node.read!('X', 'ip')", ip],
    merged_attributes: ["node.attributes.merged_attributes('X', 'ip').to_s", ip],
    values_at: ["node['X'].values_at('ip')", [ip], "Array"],
    slice: ["node['X'].slice('ip')", { "ip" => ip }, "Hash"],
    fetch_values: ["node['X'].fetch_values('ip')", [ip], "Array"],
    assoc: ["node['X'].assoc('ip')", ["ip", ip], "Array"],
    safe_navigation: ["node['X']&.[]('ip')", ip],
    to_h: ["node['X'].to_h", both, "Hash"],
    to_hash: ["node['X'].to_hash", both, "Hash"],
    each: ["[].tap { |a| node['X'].each { |k, v| a << v if k == 'ip' } }.first", ip],
    each_pair: ["node['X'].each_pair.to_a.assoc('ip').last", ip],
    each_value: ["[].tap { |a| node['X'].each_value { |v| a << v } }.last", ip],
    map: ["node['X'].map { |_, v| v }.last", ip],
    select: ["node['X'].select { |_, v| String === v }['ip']", ip],
    reject: ["node['X'].reject { |_, v| Integer === v }['ip']", ip],
    values: ["node['X'].values.last", ip],
    any: ["node['X'].any? { |_, v| String === v }", true],
    to_a: ["node['X'].to_a.assoc('ip').last", ip],
    array: ["Array(node['X']).assoc('ip').last", ip],
    lazy: ["node['X'].lazy.map { |_, v| v }.to_a.last", ip],
    find: ["node['X'].find { |_, v| String === v }.last", ip],
    count_block: ["node['X'].count { |_, v| String === v }", 1],
    sort_by: ["node['X'].sort_by { |k, _| k }.first.last", ip],
    reduce: ["node['X'].reduce('') { |m, (_, v)| String === v ? v : m }", ip],
    each_with_object: ["node['X'].each_with_object([]) { |(_, v), a| a << v }.last", ip],
    filter_map: ["node['X'].filter_map { |_, v| v if String === v }.first", ip],
    group_by: ["node['X'].group_by { |_, v| v.class.name }['String'].first.last", ip],
    transform_values: ["node['X'].transform_values(&:to_s)['ip']", ip],
    partition: ["node['X'].partition { |_, v| String === v }.first.first.last", ip],
    min_by: ["node['X'].min_by { |k, _| k }.last", ip],
    to_set: ["node['X'].to_set.to_a.last.last", ip],
    zip: ["node['X'].zip([1]).last.first.last", ip],
    key_of: ["node['X'].key('10.9.8.7')", "ip"],
    has_value: ["node['X'].value?('10.9.8.7')", true],
    rassoc: ["node['X'].rassoc('10.9.8.7').first", "ip"],
    invert: ["node['X'].invert['10.9.8.7']", "ip"],
    flatten: ["node['X'].flatten.last", ip],
    except: ["node['X'].except('port').to_a", [["ip", ip]], "Array"],
    merge: ["node['X'].merge('z' => 1)['ip']", ip],
    dup: ["node['X'].dup['ip']", ip],
    compact: ["node['X'].compact['ip']", ip],
    to_json: ["JSON.parse(node['X'].to_json)['ip']", ip],
    json_generate: ["JSON.parse(JSON.generate(x: node['X']))['x']['ip']", ip],
    json_compat: ["Chef::JSONCompat.from_json(Chef::JSONCompat.to_json('x' => node['X']))['x']['ip']", ip],
    json_pretty: ["JSON.parse(Chef::JSONCompat.to_json_pretty(node['X']))['ip']", ip],
    to_yaml: ["YAML.load(node['X'].to_yaml)['ip']", ip],
    yaml_dump: ["YAML.load(YAML.dump(node['X'].to_h))['ip']", ip],
    equal: ["node['X'] == { 'port' => 80, 'ip' => '10.9.8.7' }", true],
    equal_reversed: ["{ 'port' => 80, 'ip' => '10.9.8.7' } == node['X']", true],
    subset: ["node['X'] >= { 'ip' => '10.9.8.7' }", true],
    inspect: ["node['X'].inspect.include?('10.9.8.7')", true],
    to_s: ["node['X'].to_s.include?('10.9.8.7')", true],
    pattern: ["(case node['X']; in { ip: String => found } then found; end)", ip],
    marshal: ["Marshal.load(Marshal.dump(node['X'].to_h))['ip']", ip],
    freeze: ["node['X'].freeze['ip']", ip],
    held: ["(held = node['X']; node.default['X']['y'] = 1; held['ip'])", ip],
    passed: ["->(mash) { mash['ip'] }.call(node['X'])", ip],
    run_state: ["(node.run_state['X'] = node['X'])['ip']", ip],
    shadow_override: ["(node.override['X']['ip'] = 'local'; node['X']['ip'])", ip],
    shadow_force: ["(node.force_override['X']['ip'] = 'local'; node['X']['ip'])", ip],
    shadow_automatic: ["(node.automatic['X']['ip'] = 'local'; node['X']['ip'])", ip],
    shadow_scalar: ["(node.override['X'] = 'local'; node['X']['ip'])", ip],
    into_merge: ["\"<\#{{}.merge(node['X'])['ip']}>\"", "<#{ip}>"],
    into_merge_add: ["'to ' + {}.merge(node['X'])['ip']", "to #{ip}"],
    into_merge_join: ["File.join('/x', {}.merge(node['X'])['ip'])", "/x/#{ip}"],
    into_merge_json: ["JSON.parse({}.merge(node['X']).to_json)['ip']", ip],
    into_merge_equal: ["'10.9.8.7' == {}.merge(node['X'])['ip']", true],
    into_hash: ["Hash[node['X']]['ip'].to_s", ip],
    into_kwargs: ["->(**all) { all['ip'].to_s }.call(**node['X'])", ip],
    into_merge_class: ["String === {}.merge(node['X'])['ip']", true],
    into_hash_class: ["String === Hash[node['X']]['ip']", true],
    into_braces_class: ["String === { **node['X'] }['ip']", true],
    into_keywords_class: ["->(a:, **all) { a && String === all['ip'] }.call(a: 1, **node['X'])", true],
    into_deep_merge: ["Chef::Mixin::DeepMerge.merge({ 'q' => 1 }, node['X'])['ip'].to_s", ip],
    assigned_copy: ["(node.default['copies']['X'] = node['X']; node['copies']['X']['ip'])", ip],
    rescued: ["(node['X']['ip'] rescue 'wrong')", ip],
    timeout: ["Timeout.timeout(60) { node['X']['ip'] }", ip],
    not: ["!node['X']['ip']", false],
    thread: ["Thread.new { node['X']['ip'] }.value", ip],
  }.to_h { |name, (code, value, type)| [name, [code.gsub("X", "f_#{name}"), value, type || value.class.name]] }
  forms.each_value { |form| form[2] = "TrueClass" if form[1] == true }

  # Nothing of these may ask for anything; their inputs are not there.
  silent = {
    key: ["node.key?('X')", true],
    has_key: ["node.has_key?(:X)", true],
    attribute: ["node.attribute?('X')", true],
    member: ["node.member?('X')", true],
    include: ["node.include?('X')", true],
    exist: ["node.exist?('X', 'ip')", true],
    exist_parent: ["node.exist?('X')", true],
    exist_not: ["node.exist?('X', 'nope')", false],
    keys: ["node.keys.include?('X')", true],
    mash_key: ["node['X'].key?('ip')", true],
    mash_symbol: ["node['X'].key?(:ip)", true],
    mash_has_key: ["node['X'].has_key?('ip')", true],
    mash_include: ["node['X'].include?('ip')", true],
    mash_member: ["node['X'].member?('ip')", true],
    mash_attribute: ["node['X'].attribute?('ip')", true],
    mash_exist: ["node['X'].exist?('ip')", true],
    mash_keys: ["node['X'].keys.sort", %w[ip port]],
    mash_each_key: ["[].tap { |a| node['X'].each_key { |k| a << k } }.sort", %w[ip port]],
    mash_size: ["[node['X'].size, node['X'].length, node['X'].count]", [2, 2, 2]],
    mash_empty: ["node['X'].empty?", false],
    sibling: ["node['X']['port']", 80],
    sibling_read: ["node.read('X', 'port')", 80],
    sibling_fetch: ["node['X'].fetch('port')", 80],
    sibling_slice: ["node['X'].slice('port').to_a", [["port", 80]]],
    absent_sibling: ["node['X']['nope']", nil],
    nil_check: ["node['X'].nil?", false],
    is_a: ["[node['X'].is_a?(Hash), Chef::Node::ImmutableMash === node['X']]", [true, true]],
    default_unless: ["(node.default_unless['X']['ip'] = 'new'; node.default['X']['ip'])", "127.0.0.1"],
    level: ["node.default['X']['ip']", "127.0.0.1"],
    debug_value: ["node.debug_value('X', 'ip').to_h['default']", "127.0.0.1"],
    combined: ["node.attributes.combined_default('X', 'ip')", "127.0.0.1"],
    write: ["(node.default['X']['ip'] = 1; node.override['X']['q'] = 1)", 1],
    other_child: ["node['X_all'].map { |name, mash| [name, mash.keys] }", [["one", ["ip"]], ["two", ["ip"]]]],
    top_scalar_key: ["[node.key?('X_top'), node.exist?('X_top')]", [true, true]],
    immutable: ["begin; node['X']['ip'] = 1; rescue Chef::Exceptions::ImmutableAttributeModification; 'refused'; end", "refused"],
    name_error: ["begin; node['X'].ipp; rescue NoMethodError => e; e.message[/#<heddle[^>]*>/]; end", "#<heddle input s_name_error.ip>"],
  }.to_h { |name, (code, value)| [name, [code.gsub("X", "s_#{name}"), value]] }

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

  attribute_file = [
    *forms.keys.map { |name| "default['f_#{name}']['port'] = 80\ndefault['f_#{name}']['ip'] = '127.0.0.1'" },
    *silent.keys.map { |name| "default['s_#{name}']['port'] = 80\ndefault['s_#{name}']['ip'] = '127.0.0.1'" },
    "default['v_merge']['m'] = { 'mine' => 0, 'a' => 0, 'deep' => { 'x' => 1, 'y' => 1 } }",
    "override['v_replace']['l'] = %w[x y z]",
    "default['derived'] = \"at \#{node['a_file']['ip']}\"",
    "default['native'] = lazy { \"at \#{node['a_lazy']['ip']}\" }",
  ].join("\n")

  recipe = [
    *silent.map { |name, (code, _)| "say(:s_#{name}) { #{code} }" },
    *forms.map { |name, (code, *)| "say(:f_#{name}) { #{code} }" },
    *values.map { |path, (_, code, *)| "say(:#{path.first}) { #{code} }" },
    "say(:native) { node['native'] }",
    "say(:whole) { node.to_h['w']['ip'] }",
  ]
  # Reading the whole node needs every input, also those that must stay unread until then.
  silent_paths = silent.keys.flat_map { |name| [["s_#{name}", "ip"]] } +
                 [%w[s_other_child_all one ip], %w[s_other_child_all two ip], %w[s_top_scalar_key_top], %w[never read]]

  before(:all) do
    inputs = forms.keys.to_h { |name| [["f_#{name}", "ip"], ip] }
    silent_paths.each { |path| inputs[path] = "late" }
    values.each { |path, (value, *)| inputs[path] = value }
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

  forms.each do |name, (code, value, type)|
    it "delivers with #{code}" do
      expect(@said["f_#{name}"].to_a).to eq([value, type])
    end

    it "waits exactly at #{code}" do
      expect(@awaits["f_#{name}.ip"]).to eq(place("say(:f_#{name})", recipe))
    end
  end

  silent.each do |name, (code, value)|
    it "does not wait at #{code}" do
      expect(@said["s_#{name}"].value).to eq(value)
      asked_at = @awaits.filter_map { |path, source| source if path.start_with?("s_#{name}") }.uniq
      expect(asked_at).to eq([place("say(:whole)", recipe)])
    end
  end

  values.each do |path, (_, code, expected, type)|
    it "gives #{expected.inspect} as #{type} for #{code}" do
      expect(@said[path.first].to_a).to eq([expected, type])
    end
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

  it "asks once for each value" do
    paths = @agent.requests.select { |r| r.route == "await" }.map { |r| r.body["path"] }
    expect(paths).to eq(paths.uniq)
  end

  it "sends the id of the run" do
    expect(@agent.requests.map { |r| r.headers["heddle-run"] }.uniq).to eq(["r1"])
  end

  it "saves no delivered value in the node's file" do
    saved = @run.read("nodes", "web-0.json")
    expect(saved).not_to include("late")
    expect(saved).to include("127.0.0.1")
  end
end
