# frozen_string_literal: true

module Heddle
  module Chef
    # Ruby inspects the receiver when it words a NameError, and it words it anew for each
    # look at the message. What is inspected there must neither wait nor show values.
    module ErrorTexts
      WORDING = :heddle_error_wording
      private_constant :WORDING

      # On the object that Ruby keeps in the place of a NameError's text. `to_s` cannot be
      # hooked instead: did_you_mean looks for the one below its own.
      module Wording
        # @api private
        def to_str
          ErrorTexts.wording { super }
        end
      end

      # @return [Boolean] whether this thread is wording a NameError
      def self.wording?
        Thread.current[WORDING] == true
      end

      # @api private
      def self.wording
        outer = Thread.current[WORDING]
        Thread.current[WORDING] = true
        yield
      ensure
        Thread.current[WORDING] = outer
      end

      # Once a role with inputs runs.
      def self.install
        # No constant leads there.
        text = Object.subclasses.find { |subclass| subclass.name == "NameError::message" }
        text&.prepend(Wording)
      end
    end
  end
end
