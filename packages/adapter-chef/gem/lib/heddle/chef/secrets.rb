# frozen_string_literal: true

require "json"

module Heddle
  module Chef
    # Takes sensitive values out of a text that somebody may read.
    module Secrets
      # What stands in a text for a sensitive value; the agent writes the same.
      MASK = "********"

      # @param text [String] in any encoding, valid or not: programs write what they like
      # @param values [Array] sensitive values of any shape
      # @return [String] the text in valid UTF-8 without them, also as JSON writes them
      def self.mask(text, values)
        found = values.flat_map { |value| leaves(value) }.reject(&:empty?)
        found |= found.map { |secret| JSON.generate(secret)[1..-2] }
        # The longer first: one value may hold another.
        found.sort_by { |secret| -secret.length }.inject(utf8(text)) { |masked, secret| masked.gsub(secret, MASK) }
      end

      # Bytes that are no text become U+FFFD.
      def self.utf8(text)
        return text.scrub if text.encoding == Encoding::UTF_8
        return String.new(text, encoding: Encoding::UTF_8).scrub if text.encoding == Encoding::BINARY

        text.encode(Encoding::UTF_8, invalid: :replace, undef: :replace)
      end
      private_class_method :utf8

      # A flag says nothing, and hiding each "true" would say much.
      def self.leaves(value)
        case value
        when Hash then value.values.flat_map { |inner| leaves(inner) }
        when Array then value.flat_map { |inner| leaves(inner) }
        when String, Numeric then [value.to_s]
        else []
        end
      end
      private_class_method :leaves
    end
  end
end
