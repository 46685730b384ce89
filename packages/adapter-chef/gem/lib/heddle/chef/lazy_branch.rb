# frozen_string_literal: true

module Heddle
  module Chef
    # A lazy value of the cookbook's own on the way to an input. Chef evaluates it at every
    # read, and what comes out is woven with the inputs then.
    class LazyBranch < ::Chef::DelayedEvaluator
      # @return [Boolean] whether looking at the value returns at once
      def heddle_known?
        false
      end

      # @return [String] what stands for the value where it must not be looked at
      def placeholder
        "#<lazy attribute>"
      end
    end
  end
end
