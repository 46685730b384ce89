# frozen_string_literal: true

module Heddle
  module Chef
    # A small fixed document of a node's automatic attributes. The searches of other
    # nodes read it; everything else about a node has to be declared.
    class Facts
      # The path of the output that holds the document; the plan compiler puts it there.
      PATH = %w[chef_facts].freeze

      # What the document holds, as far as the node has it.
      PATHS = [
        %w[chef_environment], %w[fqdn], %w[hostname], %w[domain], %w[machinename],
        %w[ipaddress], %w[ip6address], %w[macaddress],
        %w[platform], %w[platform_family], %w[platform_version], %w[os], %w[os_version],
        %w[kernel release], %w[kernel machine], %w[cpu total], %w[memory total],
        %w[cloud provider], %w[cloud local_ipv4], %w[cloud public_ipv4],
        %w[cloud local_hostname], %w[cloud public_hostname]
      ].each(&:freeze).freeze

      # Their first segments.
      TOPS = PATHS.map(&:first).uniq.freeze

      # @param node [Chef::Node] whose automatic attributes are loaded
      # @return [Hash] plain data
      def self.of(node)
        document { |path| node.automatic.read(*path) }
      end

      # @yieldparam path [Array<String>] of a fact
      # @yieldreturn [Object, nil] its value; nil where the node lacks it
      # @return [Hash]
      def self.document
        PATHS.each_with_object({}) do |path, document|
          value = yield path
          next if value.nil?

          *parents, last = path
          parents.inject(document) { |branch, segment| branch[segment] ||= {} }[last] = value
        end
      end

      # @param path [Array<String>]
      # @return [Boolean] true if the document tells whether a node has it
      def self.cover?(path)
        PATHS.any? { |known| known.first(path.size) == path }
      end

      # @param client [Heddle::Client]
      # @param latch [Latch]
      # @param output [Declaration::Output, nil] nil: nobody in the deployment searches
      # @param why_run [Boolean] true: nothing is ever sent
      def initialize(client:, latch:, output:, why_run: false)
        @client = client
        @latch = latch
        @output = output
        @why_run = why_run
      end

      # Tell the agent the document, unless it knows.
      #
      # @param node [Chef::Node]
      # @raise [Heddle::Abort]
      def publish(node)
        return if @output.nil? || @why_run

        document = self.class.of(node)
        return if document == @told

        @latch.guard { @client.publish({ @output.name => { "value" => document, "origin" => "automatic" } }) }
        @told = document
      end
    end
  end
end
