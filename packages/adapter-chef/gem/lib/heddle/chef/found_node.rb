# frozen_string_literal: true

require_relative "found_mash"
require_relative "weave"

module Heddle
  module Chef
    # Makes a Chef::Node of a node that a search has found: what the plan says lies in
    # its levels, its outputs lie over the merge of these as inputs do on the run's
    # node, and its facts are waited for when one of them is looked at.
    module FoundNode
      # @param found [Found]
      # @return [Chef::Node]
      def self.build(found)
        ::Chef::Node.new.extend(self).__heddle_adopt__(found)
      end

      # @api private
      def __heddle_adopt__(found)
        @heddle_found = found
        name(found.name)
        run_list(found.run_list)
        self
      end

      # Waits for the node's facts.
      def chef_environment(value = nil)
        value.nil? && !@heddle_found.nil? ? @heddle_found.environment : super
      end
      alias environment chef_environment

      # The roles of the run list are looked up with the first look at an attribute.
      def attributes
        @heddle_attributes ||= @heddle_found.nil? ? super : fill(super)
      end
      alias attribute attributes
      alias construct_attributes attributes

      # @return [Array<String>]
      def tags
        Array(self[:tags])
      end

      private

      def fill(attributes)
        levels = @heddle_found.levels
        attributes.role_default = levels[:default]
        attributes.normal = levels[:normal]
        attributes.role_override = levels[:override]
        attributes.automatic = levels[:automatic]
        attributes.extend(Attributes).__heddle_found__ = @heddle_found
        attributes.__heddle__ = @heddle_found.weave
        attributes
      end

      # On the Chef::Node::Attribute of a found node.
      module Attributes
        include FoundReads

        # @return [Found]
        attr_accessor :__heddle_found__

        # @api private
        def [](key)
          add_facts if __heddle_found__.fact?(key.to_s)
          super
        end

        # A fact that the node lacks is absent, and only the node itself can tell.
        %i[key? has_key? attribute? member? include?].each do |name|
          define_method(name) do |key|
            add_facts if __heddle_found__.fact?(key.to_s)
            super(key)
          end
        end

        # @api private
        def merged_attributes(*path)
          add_facts if path.empty?
          super
        end

        # @api private
        def exist?(*path)
          add_facts if __heddle_found__.fact?(path.first.to_s)
          key?(path.first) && super
        end

        private

        def add_facts
          return if @heddle_facts

          facts = __heddle_found__.facts
          self.automatic = automatic.to_hash.merge(facts)
          @heddle_facts = facts
        end
      end

      # Lays a found node's outputs over its levels.
      class Overlay < Weave
        # @param found [Found]
        # @param tree [Hash] see {Found#weave}
        # @param inputs [Inputs]
        def initialize(found:, tree:, inputs:)
          super(tree: tree, inputs: inputs, outputs: nil)
          @found = found
        end

        # @return [Object]
        # @raise [Heddle::Abort] if nothing is known about the path
        def graft(merged, path)
          below, = descend(path)
          return super unless below.nil? || below.is_a?(Hash)
          return @found.missing(path.map(&:to_s)) if below.nil? && merged.nil?
          return merged unless below || merged.is_a?(Hash)

          FoundMash.weave(@found, path.map(&:to_s), merged, below || {}) do |output, local|
            Pending.for(@inputs, output, local)
          end
        end
      end
    end
  end
end
