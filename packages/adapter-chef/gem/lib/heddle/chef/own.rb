# frozen_string_literal: true

require_relative "found"

module Heddle
  module Chef
    # The searching node among those that it searches: the node of the run itself, whose
    # attributes are at hand.
    class Own < Found
      # @param run_node [Proc] gives the run's node
      def initialize(run_node:, **options)
        super(**options)
        @run_node = run_node
      end

      # @return [Chef::Node]
      def node
        @run_node.call
      end

      # @return [Hash]
      def facts
        Facts.of(node)
      end

      # @return [String]
      def environment
        node.chef_environment
      end

      private

      def output_sources
        @member.outputs.map { |output| QueryDocument::Source.new(output.path) { node.read(*output.path) } }
      end
    end
  end
end
