# frozen_string_literal: true

require_relative "../errors"
require_relative "guarded_mash"
require_relative "lazy"

module Heddle
  module Chef
    # Turns an attribute value into plain JSON data, or says why it is none.
    # The messages name the place and the class, never the value.
    class PlainValue
      ALLOWED = "a published value consists of text, finite numbers, true, false, nil, lists and maps"
      private_constant :ALLOWED

      # @param value [Object] an effective attribute value
      # @param output [Declaration::Output]
      # @param source [String, nil] where it was written
      # @return [nil, true, false, Integer, Float, String, Array, Hash]
      # @raise [Heddle::Error] `wrong-type`
      # @raise [Lazy::NotYet]
      def self.of(value, output, source = nil)
        new(output, source).convert(value, [])
      end

      # @param output [Declaration::Output]
      # @param source [String, nil] where it was written
      def initialize(output, source = nil)
        @output = output
        @source = source
        @open = {}.compare_by_identity
      end

      # @api private
      def convert(value, at)
        case value
        when nil, true, false, Integer then value
        when String then text(value, at)
        when Symbol then value.to_s
        when Float then value.finite? ? value : refuse("#{value} is not a number that JSON knows", at)
        when ::Chef::DelayedEvaluator then convert(Lazy.resolve(value), at)
        when Hash then inside(value, at) { map(value, at) }
        when Array then inside(value, at) { value.each_with_index.map { |item, index| convert(item, at + [index]) } }
        else refuse("an object of class #{value.class} is not data", at)
        end
      end

      private

      def map(value, at)
        # It may hold a lazy map of the cookbook's own.
        Lazy.evaluate { value.heddle_settle } if GuardedMash === value
        # Not to_h with a block: Chef's own to_h ignores it.
        value.each_with_object({}) { |(key, inner), plain| plain[text(key.to_s, at)] = convert(inner, at + [key]) }
      end

      # Bytes that happen to be UTF-8 are text, whatever Ruby calls their encoding.
      def text(value, at)
        plain = String.new(value)
        plain.force_encoding(Encoding::UTF_8) if plain.encoding == Encoding::BINARY
        plain = plain.encode(Encoding::UTF_8)
        plain.valid_encoding? ? plain : refuse("the text is not valid UTF-8", at)
      rescue EncodingError
        refuse("the text cannot be expressed in UTF-8", at)
      end

      def inside(value, at)
        refuse("the value contains itself", at) if @open[value]
        @open[value] = true
        result = yield
        @open.delete(value)
        result
      end

      def refuse(reason, at)
        place = [*@output.path, *at].join(".")
        error = Error.new("wrong-type", "output #{@output.name} cannot be published: node attribute #{place}: #{reason}",
          exit_code: 26, details: { "notes" => [ALLOWED] })
        error.source = @source
        raise error
      end
    end
  end
end
