# frozen_string_literal: true

require_relative "../errors"
require_relative "facts"
require_relative "kept"
require_relative "peers"

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

        # @return [String] what stands for its value where that is not shown or not asked for
        def placeholder
          "#<heddle input #{name}>".freeze
        end

        # @return [Hash] the agent's answer
        def ask(client, **options)
          client.await(path, **options)
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
      # @return [Output, nil] the one that holds the node's facts; nil when nobody in the deployment searches
      attr_reader :facts
      # @return [Array<Kept>] what earlier runs have kept, also of outputs that are declared no more; one below another comes first
      attr_reader :kept
      # @return [Array<Peers::Member>, nil] the nodes of the deployment; nil when this role does not search
      attr_reader :members
      # @return [String, nil] this node's name in the plan
      attr_reader :node

      # @param body [Hash] the agent's answer
      # @param why_run [Boolean] whether this run only shows what it would do
      # @raise [Heddle::Error] `usage` if agent and shim do not speak the same protocol, or take this run for different things
      def self.parse(body, why_run: false)
        unless body["protocol"] == PROTOCOL
          raise Error.new("usage", "this shim speaks version #{PROTOCOL} of the agent's socket API, " \
                                   "the agent version #{body["protocol"].inspect}", exit_code: 2)
        end

        refuse(why_run) unless why_run == (body["preview"] == true)
        new(
          node: body["node"],
          members: body["peers"] && Peers.members(body["peers"]),
          inputs: Array(body["inputs"]).map do |i|
            Input.new(path: i["path"], sensitive: i["sensitive"] == true, own: i["own"] == true)
          end,
          outputs: Array(body["outputs"]).map do |o|
            Output.new(name: o["name"], path: o["path"], sensitive: o["sensitive"] == true, publish: o["publish"])
          end,
          kept: Array(body["kept"]).map { |k| Kept.new(k["path"], k["value"]) }
        )
      end

      # The end of a why-run would be the role's, though it publishes nothing; a run that nobody records may change nothing.
      def self.refuse(why_run)
        message = why_run ? "a why-run is no run of a role" : "what was asked for is a why-run, and this is none"
        raise Error.new("usage", message, exit_code: 2, details: { "next" => [
          "heddle exec -- chef-solo ... --why-run  shows what a run of the role would do",
          *("or run it without why_run, which the command or its configuration says" if why_run),
        ] })
      end
      private_class_method :refuse

      # @param inputs [Array<Input>]
      # @param outputs [Array<Output>] the one that holds the node's facts among them
      # @param kept [Array<Kept>]
      # @param node [String, nil]
      # @param members [Array<Peers::Member>, nil]
      def initialize(inputs: [], outputs: [], kept: [], node: nil, members: nil)
        @inputs = inputs.freeze
        facts, @outputs = outputs.partition { |output| output.path == Facts::PATH }.each(&:freeze)
        @facts = facts.first
        @kept = kept.freeze
        @node = node
        @members = members
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
