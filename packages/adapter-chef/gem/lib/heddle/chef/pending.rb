# frozen_string_literal: true

require_relative "error_texts"

module Heddle
  module Chef
    # Stands for an input's value inside a merged mash until somebody looks at it.
    # Chef's `[]` calls it, as it calls every DelayedEvaluator. C code that looks a
    # key up in the storage of a mash (`text.gsub(/x/, mash)`) gets the Pending itself: it
    # passes each message on to the value.
    class Pending < ::Chef::DelayedEvaluator
      # What must not need the value: identity, and what Chef does on storing a leaf.
      OWN = (BasicObject.instance_methods(false) - %i[== != !] + %i[
        call dup clone freeze frozen? inspect is_a? kind_of? object_id respond_to? send public_send
        method singleton_class define_singleton_method extend itself
        instance_variable_get instance_variable_set instance_variable_defined? instance_variables
        remove_instance_variable
      ]).freeze

      (public_instance_methods - OWN).each do |name|
        define_method(name) { |*args, &block| call.public_send(name, *args, &block) }
        ruby2_keywords(name)
      end

      # @param inputs [Inputs]
      # @param input [Declaration::Input]
      # @param local [Object] what the node's own levels hold at the same path
      # @return [Pending]
      def self.for(inputs, input, local)
        return inputs.pending(input) if local.nil?

        # Chef may instance_exec the block elsewhere: it uses nothing but locals.
        new(inputs, input) { inputs.read(input, local) }
      end

      # Use {for} or {Inputs#pending}, which give the block that fetches the value.
      #
      # @param inputs [Inputs]
      # @param input [Declaration::Input]
      def initialize(inputs, input)
        super()
        @heddle_inputs = inputs
        @heddle_input = input
      end

      # @return [Boolean] whether looking at the value returns at once
      def heddle_known?
        @heddle_inputs.known?(@heddle_input)
      end

      # @return [Pending] itself: a copy would stand for the same value
      def dup(*)
        self
      end
      alias clone dup

      # @return [Pending] itself, without looking at the value
      def freeze
        self
      end

      # @return [Boolean] true: nothing can change it
      def frozen?
        true
      end

      # @return [Boolean]
      def is_a?(klass)
        super || call.is_a?(klass)
      end
      alias kind_of? is_a?

      # @return [Boolean]
      def respond_to?(name, include_all = false)
        super || call.respond_to?(name, include_all)
      end

      # @return [String] the value's, except in the text of an error about a wrong
      #   method or name: that one must neither wait nor show values
      def inspect
        ErrorTexts.wording? ? placeholder : call.inspect
      end

      # @return [String] what stands for the value where the value must not be shown
      def placeholder
        @heddle_input.placeholder
      end

      private

      def method_missing(name, *args, &block)
        call.public_send(name, *args, &block)
      end
      ruby2_keywords(:method_missing)

      def respond_to_missing?(name, include_all)
        call.respond_to?(name, include_all)
      end
    end
  end
end
