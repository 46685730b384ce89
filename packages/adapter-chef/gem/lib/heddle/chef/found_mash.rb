# frozen_string_literal: true

require_relative "found_reads"
require_relative "guarded_mash"
require_relative "peers"

module Heddle
  module Chef
    # A map of a found node of which not everything is known: reading a key that is
    # neither an output, a fact nor static is an error, as an absent value would be wrong.
    class FoundMash < GuardedMash
      include FoundReads

      # @param found [Found]
      # @param path [Array<String>] of this map in the node
      # @param local [Object] what the plan and the facts say here
      # @param branch [Hash] the node's outputs below
      # @yieldparam output [Peers::Output] an output right at this place
      # @yieldparam local [Object] what the plan and the facts say there
      # @yieldreturn [Pending]
      # @return [FoundMash]
      def self.weave(found, path, local, branch, &leaf)
        mash = new(local.is_a?(Hash) ? local : {})
        mash.__heddle_found__(found, path)
        (mash.keys | branch.keys).each do |key|
          inner = mash.internal_get(key)
          below = branch[key]
          if below.is_a?(Peers::Output)
            mash.hang(key, leaf.call(below, inner))
          elsif below || inner.is_a?(Hash)
            mash.regular_writer(key, weave(found, [*path, key], inner, below || {}, &leaf))
          end
        end
        mash.watch(found.inputs)
      end

      # @api private
      def __heddle_found__(found, path)
        @heddle_found = found
        @heddle_path = path
      end

      # @raise [Heddle::Abort] if nothing is known about the key
      def [](key)
        key?(key) ? super : @heddle_found.missing([*@heddle_path, key.to_s])
      end

      # What nobody knows is no absent value: a default does not stand for it.
      def fetch(key, *default, &block)
        return super if key?(key)

        value = self[key]
        value.nil? ? super : value
      end

      # @raise [KeyError] if the node is known not to have it
      def fetch_values(*keys, &block)
        keys.map { |key| fetch(key, &block) }
      end

      # These leave out what the node is known not to have.
      %i[slice assoc].each do |name|
        define_method(name) do |*keys|
          keys.each { |key| self[key] }
          super(*keys)
        end
      end
    end
  end
end
