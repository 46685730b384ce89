# frozen_string_literal: true

require "erb"
require "json"
require "shellwords"
require "uri"

module Heddle
  module Chef
    # Takes sensitive values out of what somebody may read. A value is found as it is, and
    # as JSON, Ruby's inspect, a shell word or a URL writes it; of a text of several lines
    # each line counts, because a diff shows them one by one.
    class Secrets
      # What stands for a sensitive value; the agent writes the same.
      MASK = "********"

      # Characters. Hiding every "a" would hide everything else; the agent has the same limit.
      SHORTEST = 4

      # How a program passes a text on, and how logs and reports quote what it passed on.
      PASSED_ON = [:itself.to_proc, Shellwords.method(:escape), ERB::Util.method(:url_encode), URI.method(:encode_www_form_component)].freeze
      QUOTED = [:itself.to_proc, ->(text) { JSON.generate(text)[1..-2] }, ->(text) { text.inspect[1..-2] }].freeze
      private_constant :PASSED_ON, :QUOTED

      # @yieldreturn [Array] the sensitive values that are known now, of any shape
      def initialize(&values)
        @values = values
        @known = [[], nil]
      end

      # @return [Boolean] whether there is anything to hide
      def any?
        !pattern.nil?
      end

      # @param text [String]
      # @return [String] `text` itself when nothing is sensitive, or else as {#mask}
      def cover(text)
        found = pattern
        found ? utf8(text).gsub(found, MASK) : text
      end

      # @param text [String] in any encoding, valid or not: programs write what they like
      # @return [String] the text in valid UTF-8 without sensitive values
      def mask(text)
        utf8(cover(text))
      end

      # @param data [Object] of any shape
      # @return [Object] the same as plain data without sensitive values, also in the keys of maps
      def mask_data(data)
        case data
        when Hash then data.each_with_object({}) { |(key, inner), masked| masked[mask_data(key)] = mask_data(inner) }
        when Array then data.map { |inner| mask_data(inner) }
        when String then mask(data)
        when Numeric then holds?(data) ? MASK : data
        else data
        end
      end

      # @param data [Hash]
      # @return [Hash] the same without the entries that hold a sensitive value. A list goes as a whole:
      #   one that lacks an element would be another list.
      def without(data)
        data.each_with_object({}) do |(key, inner), rest|
          next rest[key] = without(inner) if inner.is_a?(Hash)

          rest[key] = inner unless holds?(inner)
        end
      end

      private

      def holds?(data)
        case data
        when Hash then data.any? { |key, inner| holds?(key) || holds?(inner) }
        when Array then data.any? { |inner| holds?(inner) }
        when String then pattern&.match?(utf8(data))
        when Numeric then pattern&.match(data.to_s)&.to_s == data.to_s
        else false
        end
      end

      # @return [Regexp, nil]
      def pattern
        values = @values.call
        known, found = @known
        return found if values == known

        texts = values.flat_map { |value| leaves(value) }.flat_map { |text| writings(text) }.uniq
        # The longer first: one value may hold another.
        found = Regexp.union(texts.sort_by { |text| -text.length }) unless texts.empty?
        @known = [values, found]
        found
      end

      def writings(text)
        [text, *text.lines(chomp: true)].reject { |part| part.length < SHORTEST }
          .flat_map { |part| PASSED_ON.map { |way| way.call(part) } }
          .flat_map { |part| QUOTED.map { |way| way.call(part) } }
      end

      # A flag says nothing, and hiding each "true" would say much.
      def leaves(value)
        case value
        when Hash then value.values.flat_map { |inner| leaves(inner) }
        when Array then value.flat_map { |inner| leaves(inner) }
        when String then [utf8(value)]
        when Numeric then [value.to_s]
        else []
        end
      end

      # Bytes that are no text become U+FFFD.
      def utf8(text)
        return text.scrub if text.encoding == Encoding::UTF_8
        return String.new(text, encoding: Encoding::UTF_8).scrub if text.encoding == Encoding::BINARY

        text.encode(Encoding::UTF_8, invalid: :replace, undef: :replace)
      end
    end
  end
end
