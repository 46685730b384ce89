# frozen_string_literal: true

module Heddle
  module Chef
    # The ways of reading a found node, or a map of it, by a path: each step goes through
    # `[]`, which knows what nobody knows.
    module FoundReads
      # Walk from a container to what lies at a path.
      #
      # @return [Object, nil]
      def self.walk(from, path)
        path.inject(from) do |value, key|
          case value
          when Hash, ::Chef::Node::Attribute then value[key]
          when Array then value[key] if key.is_a?(Integer)
          end
        end
      end

      # @return [Object, nil] what lies at the path
      def read(*path)
        FoundReads.walk(self, path)
      end
      alias dig read

      # @raise [Chef::Exceptions::NoSuchAttribute] if the node is known not to have it
      def read!(*path)
        value = read(*path)
        raise ::Chef::Exceptions::NoSuchAttribute, path.join(".") if value.nil?

        value
      end
    end
  end
end
