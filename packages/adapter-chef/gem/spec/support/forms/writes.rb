# frozen_string_literal: true

# Every form in which a cookbook can give an output its value. X stands for a top-level key
# of the form's own; the output is `v` below it. The same list runs against the agent of the
# specs, and end to end against a reader on another machine.
module Forms
  # One form: what the recipe says, and the value that others get.
  Write = Struct.new(:name, :code, :value) do
    # @return [String] the code for people
    def shown
      code.gsub("X", "app").gsub("ENV.fetch('SAID')", "path")
    end

    # @return [String] the form's own top-level key
    def top
      "w_#{name}"
    end

    # @return [String] a line of a recipe
    def recipe
      code.gsub("X", top)
    end
  end

  # @return [Array<Write>]
  def self.writes
    {
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
      delayed: ["ruby_block('X') { action :nothing; block { node.default['X']['v'] = 1 } }; file(ENV.fetch('SAID') + '.d') { content 'x'; notifies :run, 'ruby_block[X]' }", 1],
      replaced_late: ["ruby_block('X') { block { node.default['X']['v'] = 'final' } }", "final"],
      deleted_level: ["node.rm_override('X', 'v')", "beneath"],
      array_element: ["node.default['X']['v'] = [{ 'a' => 1 }]; ruby_block('X') { block { node.default['X']['v'].first['a'] = 2 } }", [{ "a" => 2 }]],
      in_place: ["node.default['X']['v'] = +'a'; ruby_block('X') { block { node.default['X']['v'] << 'b' } }", "ab"],
      role_override: ["node.role_override['X']['v'] = 1", 1],
      env_override: ["node.env_override['X']['v'] = 1", 1],
      override_unless: ["node.override_unless['X']['v'] = 1", 1],
      normal_bang: ["node.normal!['X']['v'] = 1", 1],
      override_bang: ["node.override!['X']['v'] = 1", 1],
      attributes_level: ["node.attributes.default['X']['v'] = 1", 1],
      string_path: ["node.default['X']['v']['a']['b'] = 1", { "a" => { "b" => 1 } }],
      tags: ["(node.tag('X'); node.default['X']['v'] = node.tags.include?('X'))", true],
      concat: ["node.default['X']['v'] = %w[a]; node.default['X']['v'].concat(%w[b])", %w[a b]],
      unshift: ["node.default['X']['v'] = %w[a]; node.default['X']['v'].unshift('b')", %w[b a]],
      insert: ["node.default['X']['v'] = %w[a]; node.default['X']['v'].insert(1, 'b')", %w[a b]],
      index: ["node.default['X']['v'] = %w[a b]; node.default['X']['v'][0] = 'c'", %w[c b]],
      delete_at: ["node.default['X']['v'] = %w[a b]; node.default['X']['v'].delete_at(0)", %w[b]],
      map_bang: ["node.default['X']['v'] = %w[a b]; node.default['X']['v'].map!(&:upcase)", %w[A B]],
      clear: ["node.default['X']['v'] = { 'a' => 1 }; node.default['X']['v'].clear; node.default['X']['v']['b'] = 2", { "b" => 2 }],
      delete_key: ["node.default['X']['v'] = { 'a' => 1, 'b' => 2 }; node.default['X']['v'].delete('a')", { "b" => 2 }],
      delete_if: ["node.default['X']['v'] = { 'a' => 1, 'b' => 2 }; node.default['X']['v'].delete_if { |k, _| k == 'a' }", { "b" => 2 }],
      removed_one: ["node.default['X']['v'] = 1; node.override['X']['v'] = 2; node.rm_override('X', 'v')", 1],
      array_union: ["node.default['X']['v'] = %w[a]; node.force_default['X']['v'] = %w[b]", %w[a b]],
      zero: ["node.default['X']['v'] = 0", 0],
      empty: ["node.default['X']['v'] = ''", ""],
      empty_list: ["node.default['X']['v'] = []", []],
      lines: ["node.default['X']['v'] = \"one\\n\\ttwo \\\"x\\\"\"", "one\n\ttwo \"x\""],
      markup: ["node.default['X']['v'] = '${x} {{ y }} <%= z %> $HOME'", "${x} {{ y }} <%= z %> $HOME"],
      large: ["node.default['X']['v'] = 9_007_199_254_740_991", 9_007_199_254_740_991],
      symbol_keys: ["node.default['X']['v'] = { a: { 1 => :b } }", { "a" => { "1" => "b" } }],
      library: ["ShopWrites.write(node, 'X')", 1],
      definition: ["shop_writes 'X'", 1],
      custom_resource: ["shop_writer 'X'", 1],
      included: ["node.run_state['included'] = 'X'; include_recipe 'tools::write'", 1],
      lazy_property: ["file(ENV.fetch('SAID') + '.l') { content lazy { node.default['X']['v'] = 'x' } }", "x"],
      guard: ["ruby_block('X') { only_if { node.default['X']['v'] = 1; false }; block {} }", 1],
      before: ["ruby_block('X') { action :nothing; block { node.default['X']['v'] = 1 } }; file(ENV.fetch('SAID') + '.b') { content 'x'; notifies :run, 'ruby_block[X]', :before }", 1],
      subscribed: ["file(ENV.fetch('SAID') + '.s') { content 'x' }; ruby_block('X') { action :nothing; block { node.default['X']['v'] = 1 }; subscribes :run, \"file[\#{ENV.fetch('SAID')}.s]\", :immediately }", 1],
      thread: ["Thread.new { node.default['X']['v'] = 1 }.join", 1],
    }.map { |name, (code, value)| Write.new(name, code, value) }
  end

  # The inputs that some of the forms read.
  WRITES_READ = { %w[in ip] => "10.0.0.1" }.freeze

  # Files that the forms need beside their recipe.
  WRITES_FILES = {
    "shop/metadata.rb" => "name 'shop'\nversion '1.0.0'\ndepends 'tools'\n",
    "shop/attributes/writes.rb" => <<~'RUBY',
      default['w_changed_default']['v'] = '127.0.0.1'
      default['w_replaced_late']['v'] = '127.0.0.1'
      %w[equal_default equal_parent equal_merge equal_level].each { |name| default["w_#{name}"]['v'] = 'same' }
      default['w_deleted_level']['v'] = 'beneath'
      override['w_deleted_level']['v'] = 'above'
    RUBY
    "shop/libraries/writes.rb" => "module ShopWrites; def self.write(node, top) = node.default[top]['v'] = 1; end",
    "shop/definitions/shop_writes.rb" => "define(:shop_writes) { node.default[params[:name]]['v'] = 1 }",
    "shop/resources/writer.rb" => "unified_mode true\naction(:run) { node.default[new_resource.name]['v'] = 1 }",
    "tools/metadata.rb" => "name 'tools'\nversion '1.0.0'\n",
    "tools/recipes/write.rb" => "node.default[node.run_state['included']]['v'] = 1",
  }.freeze

  # @return [Hash] all of it as data, for tests in other languages
  def self.for_others
    { forms: writes.map { |form| { name: form.name, top: form.top, recipe: form.recipe, value: form.value } },
      files: WRITES_FILES, inputs: WRITES_READ.transform_keys { |path| path.join(".") } }
  end
end
