# frozen_string_literal: true

require "chef"
require_relative "../client"
require_relative "../version"
require_relative "attribution"
require_relative "declaration"
require_relative "events"
require_relative "hooks"
require_relative "inputs"
require_relative "latch"
require_relative "outputs"
require_relative "progress"
require_relative "reason"
require_relative "search"
require_relative "secrets"
require_relative "source"
require_relative "weave"

module Heddle
  module Chef
    # One Chef run under an agent: puts the parts together and knows the order of
    # things. Chef's events drive it.
    class Session
      # @return [Events] the handler that Chef's dispatcher calls
      attr_reader :events
      # @return [Latch]
      attr_reader :latch
      # @return [Progress]
      attr_reader :progress
      # @return [Outputs, nil] nil until the run has started
      attr_reader :outputs
      # @return [Secrets] the sensitive values that were delivered or written so far
      attr_reader :secrets
      # @return [Secrets] those of them that the next run gets from the agent: the delivered, and what the agent keeps
      attr_reader :returning_secrets
      # @return [Facts, nil] nil until the run has started
      attr_reader :facts
      # @return [Attribution]
      attr_reader :attribution

      # @param env [Hash] the agent's variables
      # @return [Session]
      def self.from_environment(env)
        new(Client.new(socket: env.fetch("HEDDLE_SOCKET"), role: env.fetch("HEDDLE_ROLE"), run: env["HEDDLE_RUN"]))
      end

      # @param client [Heddle::Client]
      def initialize(client)
        @client = client
        @events = Events.new(self)
        @latch = Latch.new
        @secrets = Secrets.new { [@inputs, @outputs].compact.flat_map(&:secrets) }
        @returning_secrets = Secrets.new { [*@inputs&.secrets, *@outputs&.kept] }
        @attribution = Attribution.new
        @compiling = true
        @progress = Progress.new(client, mask: secrets.method(:mask), look: -> { outputs.secrets })
      end

      # The run begins: ask the agent what the role declares.
      def start
        return if @declaration

        @thread = Thread.current
        # Decided here: Chef switches why-run on for a moment in ordinary runs, too.
        why_run = ::Chef::Config[:why_run] == true
        @declaration = latch.guard { Declaration.parse(@client.declaration, why_run: why_run) }
        source = -> { attribution.name(Source.here(progress.resource), progress.resource) }
        @inputs = Inputs.new(client: @client, latch: latch, source: source,
          before_blocking: -> { outputs.flush }, foreground: -> { Thread.current.equal?(@thread) },
          compiling: -> { @compiling }, why_run: why_run)
        @outputs = Outputs.new(client: @client, latch: latch, declared: @declaration.outputs, inputs: @inputs,
          source: source, kept: @declaration.kept, why_run: why_run)
        @facts = Facts.new(client: @client, latch: latch, output: @declaration.facts, why_run: why_run)
        @search = Search.new(members: @declaration.members, node: -> { @node }, own_name: @declaration.node,
          inputs: @inputs, latch: latch, source: source, warn: progress.method(:warn))
      end

      # @return [Search, nil] what answers `search(:node, ...)`; nil when the role's own Chef does
      def search
        @search if @search&.answers?
      end

      # The run's node is known: its attributes take part from now on.
      #
      # @param node [Chef::Node]
      def adopt(node)
        return if node.attributes.__heddle__

        @node = node
        outputs.adopt(node.attributes)
        weave = Weave.new(tree: @declaration.input_tree, inputs: @inputs, outputs: outputs)
        Hooks.weave(node.attributes, weave, copies: weave.inputs? || @search.deployment?)
      end

      # For a configuration that dropped the event handler after all.
      #
      # @param status [Chef::RunStatus]
      def ensure_started(status)
        status.events.register(events) unless status.events.subscribers.include?(events)
        start
        adopt(status.node)
        facts.publish(status.node)
      end

      # The recipe is between two steps: a good moment to publish, and the moment to
      # raise an error that the recipe has hidden.
      def safe_point
        latch.check!
        outputs.flush
      end

      # All recipes are compiled: the first resource comes next.
      def converge
        @compiling = false
      end

      # @param resource [Chef::Resource] whose action starts
      # @param delayed [Boolean] whether it is a delayed notification
      def resource_started(resource, delayed:)
        # After a failure Chef still runs its delayed notifications and collects
        # their errors: saying the same thing again would help nobody.
        @error_is_out ||= delayed && latch.tripped?
        @half_done = false unless delayed
        progress.step(resource)
      end

      # An action failed. Chef may go on (`ignore_failure`), except after an abort.
      def resource_failed
        latch.check!
        @half_done = true
      end

      # The end of an action, whether or not it went well. What a failed one wrote is
      # published only if the run goes on.
      def resource_completed
        return if @error_is_out

        latch.check!
        outputs.flush unless @half_done || ending?
      end

      # Everything has been converged; the node is about to be saved.
      def converged
        latch.check!
        outputs.flush(everything: true)
        facts.publish(@node)
      end

      # The run has gone well to its very end.
      def finish
        latch.check!
        progress.finished
        outputs.finish
      end

      # The run has failed. What it published stands; nothing more goes out.
      #
      # @param exception [Exception]
      def failed(exception)
        message = @inputs ? @inputs.without_blocking("") { Reason.of(exception) } : Reason.of(exception)
        place = latch.error&.source || attribution.name(Source.of(exception, progress.resource), progress.resource)
        progress.failed(message, place)
      rescue StandardError
        # An error of the user's own class may not be able to say what it is; it must stand all the same.
      end

      private

      # Something like a SIGINT is on its way out.
      def ending?
        !($!.nil? || $!.is_a?(StandardError))
      end
    end
  end
end
