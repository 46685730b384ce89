# frozen_string_literal: true

require "json"

module Heddle
  module Chef
    # The effective value of an output at one moment: plain data, or the reason why
    # there is none.
    class Effective
      # @return [Object] plain JSON data
      attr_reader :value
      # @return [String, nil] the same as text, to compare by: 1 and 1.0 differ
      attr_reader :json

      # @param value [Object] plain JSON data
      def initialize(value)
        @value = value
        @json = JSON.generate(value, max_nesting: 0) unless value.nil?
      end

      # @return [Boolean] false for Chef's nil as well
      def present?
        !json.nil?
      end

      # @return [Boolean] whether it depends on an input that is not there yet
      def blocked?
        equal?(BLOCKED)
      end

      # @return [Boolean] whether a later look may find a value without a further write
      def not_yet?
        blocked? || equal?(FAILED)
      end

      ABSENT = new(nil).freeze
      BLOCKED = new(nil).freeze
      # A lazy value's block raised an error.
      FAILED = new(nil).freeze
    end
  end
end
