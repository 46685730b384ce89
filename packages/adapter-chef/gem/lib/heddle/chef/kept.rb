# frozen_string_literal: true

module Heddle
  module Chef
    # A value that an earlier run has kept: the agent has it in place of the node's saved file.
    class Kept
      # @return [Array<String>]
      attr_reader :path
      # @return [Object]
      attr_reader :value

      # @param path [Array<String>]
      # @param value [Object]
      def initialize(path, value)
        @path = path
        @value = value
      end

      # Put it where it was kept. What the saved file does have, a plain run of Chef has made since: it is younger.
      #
      # @param normal [Chef::Node::VividMash] the level that Chef saves
      def restore(normal)
        *parents, last = path
        below = parents.inject(normal) { |map, key| map.is_a?(Hash) ? map[key] : nil }
        fill(below, last, value) if below.is_a?(Hash)
      end

      private

      def fill(map, key, kept)
        return map[key] = kept unless map.key?(key)

        kept.each { |name, inner| fill(map[key], name, inner) } if kept.is_a?(Hash) && map[key].is_a?(Hash)
      end
    end
  end
end
