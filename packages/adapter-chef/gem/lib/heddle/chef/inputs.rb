# frozen_string_literal: true

require_relative "immutable"
require_relative "stand_ins"
require_relative "tripwire"

module Heddle
  module Chef
    # The values of the role's inputs. Each is asked for once per run; whoever
    # reads it again gets the same value. An own input shows what this run itself has
    # written so far, so it is asked for at every read.
    class Inputs
      NON_BLOCKING = :heddle_non_blocking
      private_constant :NON_BLOCKING

      # @param client [Heddle::Client]
      # @param latch [Latch]
      # @param before_blocking [Proc] called before a wait that may last
      # @param source [Proc] tells where the reader stands
      # @param foreground [Proc] whether the current thread is the run's own
      # @param why_run [Boolean] true: nothing is ever asked for
      # @param compiling [Proc] whether nothing of the run has been converged yet
      def initialize(client:, latch:, before_blocking:, source:, foreground:, compiling: -> { false }, why_run: false)
        @client = client
        @latch = latch
        @before_blocking = before_blocking
        @source = source
        @foreground = foreground
        @stand_ins = StandIns.new if why_run
        @compiling = compiling
        @values = {}
        @pending = {}.compare_by_identity
        @tripwire = Tripwire.new(self)
      end

      # @return [Tripwire] for the maps that hold inputs
      attr_reader :tripwire

      # @param input [Declaration::Input]
      # @return [Boolean] whether reading it returns at once
      def known?(input)
        !input.own && @values.key?(input)
      end

      # What stands for an input's value where the node's own levels hold nothing: one for all merges, as each of them would make it anew.
      #
      # @param input [Declaration::Input]
      # @return [Pending]
      def pending(input)
        inputs = self
        @pending[input] ||= Pending.new(inputs, input) { inputs.read(input) }
      end

      # The value as Chef would hand it out, waiting for it if need be.
      #
      # @param input [Declaration::Input, Peers::Output]
      # @param local [Object] what the node's own levels hold there: a map is merged over a local map
      # @return [Object] an immutable value
      # @raise [Heddle::Abort] if the wait failed
      def read(input, local = nil)
        return @stand_ins.for(input, local) if @stand_ins

        @values[input] = Immutable.wrap(await(input)) unless known?(input)
        Immutable.overlay(local, @values[input])
      end

      # End the run: an input cannot be laid over what the node has.
      #
      # @param error [Heddle::Error]
      # @raise [Heddle::Abort]
      def refuse(error)
        @latch.guard(@source.call) { raise error }
      end

      # Run a block in which no read blocks.
      #
      # @return [Object] the block's result, or `otherwise` if it had to wait for an input
      def without_blocking(otherwise)
        outer = Thread.current[NON_BLOCKING]
        Thread.current[NON_BLOCKING] = true
        # A throw, because the code in between may rescue anything.
        catch(NON_BLOCKING) { return yield }
        otherwise
      ensure
        Thread.current[NON_BLOCKING] = outer
      end

      # @return [Array] the sensitive values that are known so far
      def secrets
        # A copy: another thread may be reading an input.
        @values.to_a.filter_map { |input, value| value if input.sensitive }
      end

      private

      def await(input)
        return own_value_now(input) if Thread.current[NON_BLOCKING] && input.own
        throw NON_BLOCKING if Thread.current[NON_BLOCKING]

        @latch.check!
        source = @source.call
        @latch.guard(source) { request(input, source).fetch("value") { raise_no_value(input) } }
      end

      # A value that is there already is taken without publishing half-written
      # outputs; a read that really blocks publishes them first, or two nodes
      # that need each other's values would wait forever.
      def request(input, source)
        return request_own(input, source) if input.own

        background = !@foreground.call
        begin
          return input.ask(@client, source: source, background: background, wait: false, ends: true)
        rescue Error => e
          raise unless e.code == "missing-value"
        end
        @before_blocking.call
        input.ask(@client, source: source, background: background)
      end

      # The agent knows what this run has written once it is reported.
      def request_own(input, source)
        @before_blocking.call
        @client.await(input.path, source: source, background: !@foreground.call, compiling: @compiling.call)
      end

      # Nobody has read it here: an output is being looked at that depends on it.
      def own_value_now(input)
        @client.await(input.path, background: true, wait: false, compiling: @compiling.call)
               .fetch("value") { throw NON_BLOCKING }
      rescue Error => e
        raise unless %w[missing-value deadlock].include?(e.code)

        throw NON_BLOCKING
      end

      def raise_no_value(input)
        raise Error.new("unexpected", "the Heddle agent answered without a value for #{input.name}")
      end
    end
  end
end
