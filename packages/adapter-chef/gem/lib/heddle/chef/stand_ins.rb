# frozen_string_literal: true

require_relative "immutable"

module Heddle
  module Chef
    # What a read gives in a why-run, which asks no other machine for anything. A number,
    # flag, list or map of the cookbook's own stands in for the input, so that recipes can
    # calculate and loop; anything else is a text that shows in diffs for what it is.
    class StandIns
      def initialize
        @warned = {}
      end

      # @param input [Declaration::Input]
      # @param local [Object] what the node's own levels hold there
      # @return [Object] an immutable value
      def for(input, local)
        own = [Numeric, true, false, Hash, Array].any? { |kind| kind === local }
        warn(input, own ? "the cookbook's own value" : texts(input.placeholder).first)
        Immutable.wrap(own ? local : input.placeholder)
      end

      private

      def texts(placeholder)
        placeholder.is_a?(Hash) ? placeholder.values.flat_map { |value| texts(value) } : [placeholder]
      end

      def warn(input, what)
        return if @warned[input]

        @warned[input] = true
        ::Chef::Log.warn("a why-run does not read the input #{input.name}: #{what} stands for it")
      end
    end
  end
end
