# frozen_string_literal: true

# Loaded before Chef's specs: installs the shim's hooks on every node that a spec makes, with a deployment that declares
# nothing of what the specs read or write, and writes how often each hook was called to the file HEDDLE_HOOK_COUNTS.
require "json"
require "chef"
require "#{ENV.fetch("HEDDLE_GEM")}/lib/heddle/chef"

module HeddleSpecs
  # Without an output the hooks of writes would not even be installed.
  def self.output
    Heddle::Chef::Declaration::Output.new(name: "none", path: %w[__heddle_specs__ none])
  end

  # On Chef::Node::Attribute: in a run one node has this, here all have it.
  module EveryNode
    def initialize(*)
      super
      Heddle::Chef::Hooks.weave(self, HeddleSpecs.weave)
    end
  end

  def self.weave
    latch = Heddle::Chef::Latch.new
    inputs = Heddle::Chef::Inputs.new(client: nil, latch: latch, source: -> {}, before_blocking: -> {},
      foreground: -> { true })
    outputs = Heddle::Chef::Outputs.new(client: nil, latch: latch, declared: [output], inputs: inputs, source: -> {})
    Heddle::Chef::Weave.new(tree: {}, inputs: inputs, outputs: outputs)
  end

  # Count the calls of every method of the hooks, without a line in the hooks themselves.
  def self.count_calls(counts)
    places = [Heddle::Chef::Hooks, Heddle::Chef::WriteHooks, Heddle::Chef::Copies]
    hooks = places.flat_map { |place| place.constants.map { |name| place.const_get(name) } }
    hooks.each do |hook|
      (hook.instance_methods(false) + hook.private_instance_methods(false)).each do |name|
        method = hook.instance_method(name)
        next unless RubyVM::InstructionSequence.of(method)

        label = "#{hook.name.delete_prefix("Heddle::Chef::")}##{name}"
        counts[label] = 0
        TracePoint.new(:call) { counts[label] += 1 }.enable(target: method)
      end
    end
  end
end

# Installing asks the agent nothing; only a run would.
Heddle::Chef.install("HEDDLE_SOCKET" => "/no/agent", "HEDDLE_ROLE" => "specs")
Heddle::Chef::Copies.install
Chef::Node::Attribute.prepend(HeddleSpecs::EveryNode)
counts = {}
HeddleSpecs.count_calls(counts)
wrong = ENV["HEDDLE_WRONG_HOOK"]
require_relative "wrong-hooks/#{wrong}" if wrong
at_exit { File.write(ENV.fetch("HEDDLE_HOOK_COUNTS"), JSON.generate(counts)) }
