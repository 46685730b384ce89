# frozen_string_literal: true

require "heddle/chef/session"
require "heddle/chef/hooks"

# A Chef node in this process with inputs and outputs, and a client that answers
# from a Hash and keeps what is published.
module WovenNode
  class Client
    attr_reader :asked, :published

    def initialize(values)
      @values = values
      @asked = []
      @published = []
    end

    def await(path, wait: true, **)
      @asked << path.join(".") if wait || @values.key?(path)
      raise Heddle::Error.new("missing-value", "not yet") unless @values.key?(path)

      { "value" => @values[path] }
    end

    def publish(outputs, last: false)
      @published << (last ? :end : outputs)
    end

    def provide(path, value)
      @values[path] = value
    end
  end

  attr_reader :client, :latch, :outputs, :inputs

  def woven_node(values: {}, declared: values.keys, outputs: {}, sensitive: [], kept: {}, why_run: false)
    unless Chef::Node::Attribute.include?(Heddle::Chef::Hooks::Reads)
      nothing = Heddle::Chef::Secrets.new { [] }
      Heddle::Chef::Hooks.install(instance_double(Heddle::Chef::Session, secrets: nothing, returning_secrets: nothing))
    end
    @client = Client.new(values)
    @latch = Heddle::Chef::Latch.new
    declaration = Heddle::Chef::Declaration.new(
      inputs: declared.map { |path| Heddle::Chef::Declaration::Input.new(path: path, sensitive: sensitive.include?(path)) },
      outputs: outputs.map { |name, path| Heddle::Chef::Declaration::Output.new(name: name, path: path, sensitive: sensitive.include?(path)) }
    )
    @inputs = Heddle::Chef::Inputs.new(client: client, latch: latch, source: -> { "here" }, foreground: -> { true },
      before_blocking: -> { @outputs.flush }, why_run: why_run)
    @outputs = Heddle::Chef::Outputs.new(client: client, latch: latch, declared: declaration.outputs, inputs: inputs,
      source: -> { "shop/recipes/app.rb:1" }, kept: kept.map { |path, value| Heddle::Chef::Kept.new(path, value) }, why_run: why_run)
    Chef::Node.new.tap do |node|
      yield node if block_given?
      @outputs.adopt(node.attributes)
      Heddle::Chef::Hooks.weave(node.attributes,
        Heddle::Chef::Weave.new(tree: declaration.input_tree, inputs: inputs, outputs: @outputs))
    end
  end
end
