# frozen_string_literal: true

# Every kind of value, over every kind of value that the cookbook itself has in its place.
module Forms
  # name => [remote value, class that a recipe sees]
  KINDS = {
    integer: [3306, "Integer"], zero: [0, "Integer"], negative: [-1, "Integer"],
    largest: [9_007_199_254_740_991, "Integer"], float: [1.5, "Float"], small: [1.0e-9, "Float"],
    true: [true, "TrueClass"], false: [false, "FalseClass"], nil: [nil, "NilClass"],
    empty: ["", "String"], text: ["10.9.8.7", "String"], unicode: ["grüß 日本 🧵", "String"],
    lines: ["line one\n\tline \"two\"\\\n", "String"], markup: ['#{1} <%= 2 %> ${x} {{ y }} $HOME', "String"],
    digits: ["007", "String"],
    list: [[1, "two", nil, false, [3]], "Chef::Node::ImmutableArray"], empty_list: [[], "Chef::Node::ImmutableArray"],
    maps: [[{ "a" => { "b" => 1 } }], "Chef::Node::ImmutableArray"],
    map: [{ "a" => { "b" => [1] } }, "Chef::Node::ImmutableMash"], empty_map: [{}, "Chef::Node::ImmutableMash"]
  }.freeze

  # name => what the cookbook has there
  LOCALS = { nothing: nil, text: "local", number: 7, flag: false, list: %w[x y z], map: { "mine" => 1 } }.freeze

  # One kind over one local value.
  Value = Struct.new(:kind, :local) do
    # @return [Array<String>] of the input
    def path
      ["k_#{kind}_#{local}", "v"]
    end

    def remote
      KINDS.fetch(kind).first
    end

    # @return [Object] a map is merged over a map, anything else takes its place
    def expected
      own = LOCALS.fetch(local)
      remote.is_a?(Hash) && own.is_a?(Hash) ? own.merge(remote) : remote
    end

    # @return [String] a line of an attribute file
    def attribute_code
      own = LOCALS.fetch(local)
      own.nil? ? "" : "default['#{path.first}']['v'] = #{own.inspect}"
    end

    # @return [String] an expression
    def code
      "node['#{path.first}']['v']"
    end
  end

  # @return [Array<Value>]
  def self.values
    KINDS.keys.product(LOCALS.keys).map { |kind, local| Value.new(kind, local) }
  end
end
