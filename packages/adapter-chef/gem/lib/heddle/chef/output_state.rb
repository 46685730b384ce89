# frozen_string_literal: true

require_relative "effective"

module Heddle
  module Chef
    # What is known about one output during a run: where its value comes from, and
    # what the agent has been told.
    class OutputState
      # Precedence levels from the highest to the lowest.
      LEVELS = ::Chef::Node::Attribute::COMPONENTS.reverse.map { |level| level.to_s.delete_prefix("@").to_sym }.freeze

      # @return [Declaration::Output]
      attr_reader :output
      # @return [String, nil] where it was last assigned
      attr_reader :source

      # @param output [Declaration::Output]
      def initialize(output)
        @output = output
        @own = output.path.map(&:to_s)
        @assigned = false
        @baseline = Effective::ABSENT
      end

      # @return [String] first segment of the path, by which Chef keys its caches
      def top
        output.path.first
      end

      # Remember what the node's saved file held before this run, or the agent in its place.
      #
      # @param kept [Kept, nil] what the agent has at this path
      def remember_saved(attributes, kept)
        @kept = kept&.value
        @saved = attributes.normal.exist?(*output.path)
      end

      # The cookbooks' attribute files are done: what was assigned until now is
      # the default, and only a saved value that nobody assigned again is `saved`.
      #
      # @param effective [Effective] the value that stands now
      def settle(attributes, effective)
        @default_origin = @saved && !@assigned && owner(attributes) == :normal ? "saved" : "default"
        @assigned = false
        @source = nil
        @baseline = effective
      end

      # @param source [String, nil] where the recipe assigned it
      def assign(source)
        @assigned = true
        @source = source || @source
      end

      # Whether a write to `path` assigns this output: at, above or below its own path.
      #
      # @param path [Array] where the write went
      # @param value [Object] what was written there
      def covered_by?(path, value)
        at = 0
        while at < path.size && at < @own.size
          return false unless path[at].to_s == @own[at]

          at += 1
        end
        return false if autovivified?(value)

        path.size >= @own.size || holds?(value, @own.drop(path.size))
      end

      # @param effective [Effective] a present value
      # @return [String] see `origin` in the socket protocol
      def origin(attributes, effective)
        return "written" if @assigned
        return "automatic" if owner(attributes) == :automatic

        # A lazy default that had to wait for an input has its first value only now.
        @baseline = effective if @baseline.blocked?
        effective.json == @baseline.json ? @default_origin : "written"
      end

      # @param kept [Boolean] whether the next run is to begin with it
      # @return [Hash, nil] what to tell the agent; nil if it knows
      def report(effective, origin, kept: false)
        return if @told == [effective.json, origin, kept]

        @telling = [effective.json, origin, kept]
        @value = effective.value
        { "value" => @value, "origin" => origin, "source" => (@source if origin == "written"), "kept" => (true if kept) }.compact
      end

      # The agent has acknowledged the last report.
      def told
        @told = @telling
        @kept = @told.last ? @value : nil
      end

      # @return [Object, nil] what the agent has and gives to the next run, so that no file of Chef's has to hold it
      attr_reader :kept

      # @return [Symbol, nil] the highest level that holds the path
      def owner(attributes)
        LEVELS.find { |level| attributes.public_send(level).exist?(*output.path) }
      end

      # @return [Boolean] whether a lazy value is there, or on the way there
      def lazy?(attributes)
        LEVELS.any? { |level| lazy_below?(attributes.public_send(level)) }
      end

      private

      def lazy_below?(value)
        output.path.each do |key|
          return false unless value.is_a?(Hash) && value.key?(key)

          # Not `[]`, by which Chef writes into a level.
          value = value.regular_reader(key)
          return true if value.is_a?(::Chef::DelayedEvaluator)
        end
        false
      end

      # Reading `node.default['a']['b']` writes an empty mash to 'a': nobody meant that.
      def autovivified?(value)
        value.instance_of?(::Chef::Node::VividMash) && value.empty?
      end

      def holds?(value, path)
        path.each do |key|
          return false unless value.is_a?(Hash)

          key = value.key?(key) ? key : key.to_sym
          return false unless value.key?(key)

          value = value[key]
        end
        true
      end
    end
  end
end
