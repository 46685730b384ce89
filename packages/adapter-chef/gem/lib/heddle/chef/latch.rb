# frozen_string_literal: true

require_relative "../errors"

module Heddle
  module Chef
    # Remembers the first error that must end the run. A recipe can hide any
    # exception (ERB turns every one into a TemplateError), so the error is raised
    # again at each step until the run has ended.
    class Latch
      # @return [Heddle::Error, nil]
      attr_reader :error

      # Record the error and end the run.
      #
      # @param error [Heddle::Error]
      # @raise [Heddle::Abort] always, with the first error that was recorded
      def trip(error)
        @error ||= error
        check!
      end

      # @return [Boolean]
      def tripped?
        !@error.nil?
      end

      # @raise [Heddle::Abort] if an error was recorded
      def check!
        raise Abort, @error if @error
      end

      # Run a block whose Heddle errors end the run.
      #
      # @param source [String, nil] where in the cookbooks that is, unless the error knows better
      def guard(source = nil)
        yield
      rescue Error => e
        e.source ||= source
        trip(e)
      end
    end
  end
end
