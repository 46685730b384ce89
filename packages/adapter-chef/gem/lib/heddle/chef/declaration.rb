# frozen_string_literal: true

require_relative "../errors"

module Heddle
  module Chef
    # What the role declares, as the agent told it.
    class Declaration
      # An attribute that another node provides, or another part of the same run: then it is `own`.
      Input = Struct.new(:path, :sensitive, :own, keyword_init: true) do
        # @return [String] for messages
        def name
          path.join(".")
        end
      end

      # An attribute that this role provides to others.
      Output = Struct.new(:name, :path, :sensitive, :publish, keyword_init: true)

      # The version of the socket API that this shim speaks.
      PROTOCOL = 1

      # @return [Array<Input>]
      attr_reader :inputs
      # @return [Array<Output>]
      attr_reader :outputs

      # @param body [Hash] the agent's answer
      # @raise [Heddle::Error] if agent and shim do not speak the same protocol
      def self.parse(body)
        unless body["protocol"] == PROTOCOL
          raise Error.new("usage", "this shim speaks version #{PROTOCOL} of the agent's socket API, " \
                                   "the agent version #{body["protocol"].inspect}", exit_code: 2)
        end

        new(
          inputs: Array(body["inputs"]).map do |i|
            Input.new(path: i["path"], sensitive: i["sensitive"] == true, own: i["own"] == true)
          end,
          outputs: Array(body["outputs"]).map do |o|
            Output.new(name: o["name"], path: o["path"], sensitive: o["sensitive"] == true, publish: o["publish"])
          end
        )
      end

      def initialize(inputs: [], outputs: [])
        @inputs = inputs.freeze
        @outputs = outputs.freeze
      end

      # The inputs as a tree: a Hash per inner segment, an {Input} at each end.
      # The plan compiler has refused inputs that are prefixes of each other.
      #
      # @return [Hash]
      def input_tree
        inputs.each_with_object({}) do |input, tree|
          *parents, last = input.path
          parents.inject(tree) { |branch, segment| branch[segment] ||= {} }[last] = input
        end
      end
    end
  end
end
