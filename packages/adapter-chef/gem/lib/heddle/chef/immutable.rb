# frozen_string_literal: true

module Heddle
  module Chef
    # Turns JSON values into what Chef's merged attributes consist of: frozen
    # strings, ImmutableArray and ImmutableMash.
    module Immutable
      module_function

      # @param value [Object] plain JSON
      # @return [Object]
      def wrap(value)
        case value
        when ::Chef::Node::ImmutableMash, ::Chef::Node::ImmutableArray then value
        when Hash then ::Chef::Node::ImmutableMash.new(value)
        when Array then ::Chef::Node::ImmutableArray.new(value)
        when String then value.frozen? ? value : value.dup.freeze
        else value
        end
      end

      # @param value [Object] perhaps a lazy one, perhaps one that gives another
      # @return [Object] the value behind it, as Chef's `[]` gives it; a map has text for keys, as those of Chef
      def evaluated(value)
        return value unless value.is_a?(::Chef::DelayedEvaluator)

        value = value.call while value.is_a?(::Chef::DelayedEvaluator)
        value.instance_of?(Hash) ? ::Mash.new(value) : value
      end

      # A map covers a local map key by key; anything else takes its place.
      #
      # @param local [Object] what the node's own levels hold, perhaps lazy
      # @param value [Object] a wrapped input value
      # @return [Object]
      def overlay(local, value)
        return value unless value.is_a?(Hash)

        local = wrap(evaluated(local))
        return value unless local.is_a?(Hash)

        merged = {}
        local.each { |key, inner| merged[key] = inner }
        value.each { |key, inner| merged[key] = overlay(merged[key], inner) }
        ::Chef::Node::ImmutableMash.new(merged)
      end
    end
  end
end
