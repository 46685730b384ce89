# frozen_string_literal: true

module Heddle
  module Chef
    # Evaluates `lazy { ... }` attributes for the shim, which looks at them earlier
    # than the recipe does: what they read may not be there yet.
    module Lazy
      # A block cannot be evaluated yet. It says no more: the user's error may hold a value.
      class NotYet < StandardError; end

      # What a block raises as long as something that it needs is missing, be it a gem.
      UNREADY = [StandardError, ScriptError, SystemStackError].freeze
      private_constant :UNREADY

      # @param value [Object] perhaps a lazy one, perhaps one that gives another
      # @return [Object] the value behind it
      # @raise [NotYet]
      def self.resolve(value)
        value = evaluate { value.call } while value.is_a?(::Chef::DelayedEvaluator)
        value
      end

      # Run something that evaluates the user's blocks.
      #
      # @raise [NotYet] in place of every error
      def self.evaluate
        yield
      rescue *UNREADY
        raise NotYet, "not yet", cause: nil
      end
    end
  end
end
