# frozen_string_literal: true

require_relative "guarded_mash"
require_relative "immutable"

module Heddle
  module Chef
    # What the hooks need to know about one node: the tree of its inputs, and the
    # outputs to tell of writes. It sits on the Attribute object of the run's node, and on
    # those of nodes that a search of the deployment has found, where their outputs are the
    # inputs ({FoundNode}). All other Chef::Node objects stay untouched.
    class Weave
      # @return [Outputs]
      attr_reader :outputs
      # @return [Array<String>] top-level keys below which an input shows what the run itself has written
      attr_reader :own_tops

      # @param tree [Hash] see {Declaration#input_tree}
      # @param inputs [Inputs]
      # @param outputs [Outputs]
      def initialize(tree:, inputs:, outputs:)
        @tree = tree
        @inputs = inputs
        @outputs = outputs
        @own_tops = tree.select { |_, below| own?(below) }.keys.freeze
      end

      # @return [Boolean] whether anything is laid over the node's own attributes
      def inputs?
        !@tree.empty?
      end

      # Lay the declared inputs over a freshly merged value.
      #
      # @param merged [Object] what Chef merged at `path`
      # @param path [Array] empty for the whole node
      # @return [Object] `merged` itself if no input is concerned
      def graft(merged, path)
        below, rest = descend(path)
        case below
        when nil then merged
        when Hash then GuardedMash.weave(merged, below, @inputs)
        else rest.empty? ? Pending.for(@inputs, below, merged) : inside(below, rest, merged)
        end
      end

      # @param path [Array] a path in the node
      # @return [Boolean] true if a declared input is there or below
      def declared?(path)
        below, rest = descend(path)
        !below.nil? && rest.empty?
      end

      private

      def own?(below)
        below.is_a?(Hash) ? below.each_value.any? { |inner| own?(inner) } : below.own
      end

      # Walk the tree as far as it goes.
      #
      # @return [Array(Object, Array)] the branch or input found, and what is left of the path
      def descend(path)
        below = @tree
        path.each_with_index do |key, index|
          return [below, path.drop(index)] unless below.is_a?(Hash)

          below = below[key.to_s]
          return [nil, []] if below.nil?
        end
        [below, []]
      end

      # Somewhere inside an input's value.
      def inside(input, rest, local)
        value = @inputs.read(input)
        found = value.respond_to?(:dig) ? value.dig(*rest) : nil
        found.nil? ? local : Immutable.overlay(local, found)
      end
    end
  end
end
