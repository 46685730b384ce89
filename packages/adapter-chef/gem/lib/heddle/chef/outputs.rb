# frozen_string_literal: true

require "monitor"
require_relative "effective"
require_relative "lazy"
require_relative "output_state"
require_relative "plain_value"

module Heddle
  module Chef
    # Reports the role's outputs to the agent. Chef's write hooks only mark what
    # changed; values are looked at and sent at safe points, by {#flush}.
    class Outputs
      # @param client [Heddle::Client]
      # @param latch [Latch]
      # @param declared [Array<Declaration::Output>]
      # @param kept [Array<Kept>] what earlier runs have kept with the agent
      # @param inputs [Inputs] some outputs depend on them
      # @param source [Proc] tells where a write happens
      # @param why_run [Boolean] true: nothing is ever sent
      def initialize(client:, latch:, declared:, inputs:, source:, kept: [], why_run: false)
        @client = client
        @latch = latch
        @inputs = inputs
        @source = source
        @why_run = why_run
        @kept = kept
        @states = declared.map { |output| OutputState.new(output) }
        @by_top = @states.group_by(&:top)
        @dirty = {}
        @settled = false
        @monitor = Monitor.new
        @secrets = {}
        @secret_tops = @states.select { |state| state.output.sensitive }.group_by(&:top)
        @unseen = {}
        @undeclared = []
      end

      # @return [Boolean] whether there is anything to report
      def any?
        !@states.empty?
      end

      # @return [Array<String>] the top-level keys that hold outputs
      def tops
        @by_top.keys
      end

      # @return [Array] the sensitive values so far, those included that no safe point has seen yet
      def secrets
        look_at_secrets unless @unseen.empty?
        @kept.map(&:value) + @secrets.values.flatten(1)
      end

      # @return [Array] the sensitive values that the agent gives to the next run
      def kept
        @undeclared.map(&:value) + @states.filter_map(&:kept)
      end

      # @param attributes [Chef::Node::Attribute] of the run's node, as loaded from its saved file
      def adopt(attributes)
        @thread = Thread.current
        @attributes = attributes
        @kept.each { |kept| kept.restore(attributes.normal) }
        by_path = @kept.to_h { |kept| [kept.path, kept] }
        @states.each { |state| state.remember_saved(attributes, by_path.delete(state.output.path)) }
        @undeclared = by_path.values
        @unseen.replace(@secret_tops)
      end

      # Something below a top-level key is about to change. Called within Chef's
      # mutators, before they mutate: nothing may be read here.
      #
      # @param top [String, nil] nil for the whole node
      def touch(top)
        if top.nil?
          @dirty.replace(@by_top)
          @unseen.replace(@secret_tops)
        elsif @by_top.key?(top)
          @dirty[top] = true
          @unseen[top] = true if @secret_tops.key?(top)
        end
      end

      # Something was assigned, perhaps the value that was there before.
      #
      # @param path [Array] empty for the top of a level
      # @param value [Object]
      # @param whole_level [Boolean] a level was replaced; before the recipes, that is Chef itself at work
      def assigned(path, value, whole_level: false)
        return if whole_level && !@settled

        candidates = path.empty? ? @states : @by_top[path.first.to_s]
        source = nil
        candidates&.each do |state|
          next unless state.covered_by?(path, value)

          source ||= @source.call
          state.assign(source)
          # Chef resets its cache before it mutates; somebody may have flushed in between.
          touch(state.top)
        end
      end

      # The attribute files are done. What stands now is each output's default.
      def settle
        @monitor.synchronize do
          trees = {}
          @latch.guard do
            @states.each { |state| state.settle(@attributes, effective(state, trees)) }
          end
          @settled = true
        end
        flush(everything: true)
      end

      # Tell the agent what changed, and return when it has acknowledged that.
      # Before the attribute files are done only facts about the machine go out.
      #
      # @param everything [Boolean] look at all outputs: Chef does not notice each in-place change
      # @raise [Heddle::Abort]
      def flush(everything: false)
        return if @why_run || @attributes.nil? || @latch.tripped?

        @monitor.synchronize do
          return if @dirty.empty? && !everything

          @latch.guard { tell(everything) }
        end
      end

      # The run went well: the agent now publishes what it held back.
      def finish
        @latch.guard { @client.publish({}, last: true) } unless @why_run
      end

      private

      # A Timeout or an interrupt may end it at any line: until the agent has acknowledged a report, nothing is told.
      def tell(everything)
        tops = @dirty.keys
        @dirty.clear
        report = collect(everything ? @states : @by_top.values_at(*tops).flatten)
        @client.publish(report.transform_keys { |state| state.output.name }) unless report.empty?
        report.each_key(&:told)
        tops = []
      ensure
        tops&.each { |top| @dirty[top] = true }
      end

      # @return [Hash{OutputState=>Hash}]
      def collect(states)
        trees = {}
        states.each_with_object({}) do |state, report|
          next unless @settled || state.owner(@attributes) == :automatic

          value = effective(state, trees)
          @dirty[state.top] = true if value.not_yet?
          told = report(state, value) if value.present?
          next unless told

          report[state] = told
          keep_secret(state, value)
        end
      end

      # Of a sensitive value at the level that Chef saves, the agent is to take care.
      def report(state, value)
        origin = @settled ? state.origin(@attributes, value) : "automatic"
        state.report(value, origin, kept: state.output.sensitive && state.owner(@attributes) == :normal)
      end

      # Something is about to be shown: what was written since the last safe point must not be in it.
      # Other threads take what is known: the cookbook's lazy blocks are for the run's own to evaluate. So does
      # whoever meets another thread at work, or is called by what is looked at.
      def look_at_secrets
        return if @attributes.nil? || !Thread.current.equal?(@thread) || !@monitor.try_enter

        begin
          states = @secret_tops.values_at(*@unseen.keys).flatten
          @unseen.clear
          trees = {}
          again = states.reject { |state| seen?(state, trees) }
          again.each { |state| @unseen[state.top] = true }
        rescue Error
          # It is no data: a safe point says so.
        ensure
          @monitor.exit
        end
      end

      # @return [Boolean] false: a later look may find a value without a further write
      def seen?(state, trees)
        value = effective(state, trees)
        keep_secret(state, value)
        value.present? || !(value.not_yet? || state.lazy?(@attributes))
      end

      def keep_secret(state, value)
        return unless state.output.sensitive && value.present?

        known = @secrets[state.output.name] ||= []
        known.push(value.value) unless known.include?(value.value)
      end

      # The merged value, freshly merged: Chef's own cache misses some changes, and
      # filling it from another thread could keep an old value in it.
      def effective(state, trees)
        @inputs.without_blocking(Effective::BLOCKED) do
          leaving_cache_alone { evaluate(state, trees) }
        end
      rescue Lazy::NotYet
        Effective::FAILED
      end

      def evaluate(state, trees)
        top, *rest = state.output.path
        tree = trees[top] ||= @attributes.merged_attributes(top)
        found = rest.inject(Lazy.resolve(tree)) { |value, key| step(value, key) }
        found.nil? ? Effective::ABSENT : Effective.new(PlainValue.of(found, state.output, state.source))
      end

      # What a lazy value reads, Chef keeps in its cache; read as early as here, it could
      # become an old value. Other threads leave the cache to the run's own thread.
      def leaving_cache_alone
        return yield unless Thread.current.equal?(@thread)

        cache = @attributes.deep_merge_cache
        known = cache.keys
        begin
          yield
        ensure
          # An ImmutableMash; in the first releases of Chef 17 a Hash.
          delete = cache.respond_to?(:regular_delete) ? :regular_delete : :delete
          (cache.keys - known).each { |key| cache.public_send(delete, key) }
        end
      end

      # Chef's collections evaluate lazy values themselves.
      def step(value, key)
        case value
        when Hash then Lazy.resolve(Lazy.evaluate { value[key] }) if value.key?(key)
        when Array then Lazy.resolve(Lazy.evaluate { value[key] }) if key.is_a?(Integer)
        end
      end
    end
  end
end
