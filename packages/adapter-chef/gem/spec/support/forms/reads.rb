# frozen_string_literal: true

# Every form in which a recipe can read. X stands for a top-level key of the form's own,
# which has a remote `ip`, and of the cookbook a `port` and an `ip` that must lose.
module Forms
  # What the agent gives.
  IP = "10.9.8.7"

  # Levels at which the cookbook may have a value of its own.
  LEVELS = %w[default role_default env_default force_default normal override role_override env_override force_override automatic].freeze

  # One form: an expression, what it gives, and the class of that.
  Read = Struct.new(:name, :code, :value, :type) do
    # @return [String] the expression for people
    def shown
      code.gsub("X", "db")
    end

    # @return [String] what it gives, for people
    def gives
      type ? "`#{value.inspect}` (#{type})" : "`#{value.inspect}`"
    end

    # @param prefix [String] of the form's own top-level key
    def expression(prefix)
      code.gsub("X", "#{prefix}_#{name}")
    end
  end

  # @return [Array<Read>] forms that wait exactly where they stand
  def self.reads
    ip = IP
    both = { "port" => 80, "ip" => ip }
    {
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
      subset_of: ["{ 'ip' => '10.9.8.7' } <= node['X']", true],
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
      into_equal: ["({ 'port' => 80, 'ip' => '10.9.8.7' } == node['X'])", true],
      into_deep_merge: ["Chef::Mixin::DeepMerge.merge({ 'q' => 1 }, node['X'])['ip'].to_s", ip],
      assigned_copy: ["(node.default['copies']['X'] = node['X']; node['copies']['X']['ip'])", ip],
      rescued: ["(node['X']['ip'] rescue 'wrong')", ip],
      timeout: ["Timeout.timeout(60) { node['X']['ip'] }", ip],
      not: ["!node['X']['ip']", false],
      thread: ["Thread.new { node['X']['ip'] }.value", ip],
      read_bang: ["node['X'].read!('ip')", ip],
      attributes_dig: ["node.attributes.dig('X', 'ip')", ip],
      interpolated: ["\"\#{node['X']['ip']}:80\"", "#{ip}:80"],
      splat: ["[*node['X'].values].last", ip],
      each_with_index: ["node['X'].each_with_index.map { |(_, v), _| v }.last", ip],
      flat_map: ["node['X'].flat_map { |_, v| [v] }.last", ip],
      sum: ["node['X'].sum('') { |_, v| v.to_s }", "80#{ip}"],
      to_enum: ["node['X'].to_enum.to_a.last.last", ip],
      each_entry: ["node['X'].each_entry.to_a.last.last", ip],
      filter: ["node['X'].filter { |_, v| String === v }['ip']", ip],
      min_max: ["node['X'].max_by { |_, v| v.to_s.size }.last", ip],
      all_none: ["[node['X'].all? { |_, v| v }, node['X'].none? { |_, v| v.nil? }]", [true, true], "Array"],
      dig_block: ["node['X'].then { |mash| mash['ip'] }", ip],
      method_object: ["node['X'].method(:[]).call('ip')", ip],
      public_send: ["node['X'].public_send(:fetch, 'ip')", ip],
      frozen_string: ["node['X']['ip'].dup << '/24'", "#{ip}/24"],
      two_writes: ["(node.default['X']['a'] = 1; held = node['X']; node.override['X']['b'] = 2; node.default['Xs'] = held['ip']; held['ip'])", ip],
      into_merge_marshal: ["Marshal.load(Marshal.dump({}.merge(node['X'].to_h)))['ip']", ip],
      into_merge_kind: ["{}.merge(node['X'])['ip'].is_a?(String)", true],
      into_template_hash: ["Mash.new(node['X'])['ip'].to_s", ip],
      into_set: ["Set.new(node['X'].values).include?('10.9.8.7')", true],
      fork: ["IO.pipe.then { |r, w| pid = fork { w.write(node['X']['ip']); w.close; exit!(0) }; w.close; Process.wait(pid); r.read }", ip],
      **LEVELS.to_h { |level| [:"over_#{level}", ["(node.#{level}['X']['ip'] = 'local'; node['X']['ip'])", ip]] },
    }.map { |name, (code, value, type)| Read.new(name, code, value, type || value.class.name) }
  end

  # @return [Array<Read>] forms that show no value and wait for nobody
  def self.silent
    {
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
      method_style: ["begin; node.X; rescue NoMethodError => e; e.class.name; end", "NoMethodError"],
      automatic_level: ["node.automatic['X'].to_h", {}],
      mash_each_key_enum: ["node['X'].each_key.to_a.sort", %w[ip port]],
      node_each_key: ["node.keys.grep(/X/).size", 1],
      held: ["(held = node['X']; held.key?('ip'))", true],
      kept_in_run_state: ["(node.run_state['X'] = node['X']).key?('ip')", true],
      level_read_back: ["(node.default['X']['r'] = node.default['X']['ip']; node['X']['r'])", "127.0.0.1"],
      normal_unless: ["(node.normal_unless['X']['ip'] = 'new'; node.normal['X']['ip'])", "new"],
      removed_level: ["(node.rm_default('X', 'ip'); node['X'].key?('ip'))", true],
    }.map { |name, (code, value)| Read.new(name, code, value) }
  end
end
