# frozen_string_literal: true

# Requiring this file from a Chef configuration installs the shim, provided
# that the process runs under a Heddle agent. Without an agent it does nothing.
module Heddle
  # The Chef side of Heddle: inputs are woven into the merged attributes of the
  # run's node, outputs are reported to the agent at safe points.
  module Chef
    # Both must be set, or the process does not run under an agent.
    REQUIRED_ENVIRONMENT = %w[HEDDLE_SOCKET HEDDLE_ROLE].freeze

    class << self
      # @return [Session, nil] the session of this process; nil when nothing is installed
      attr_reader :session

      # Install the hooks and the event handler, once per process.
      #
      # @param env [Hash] where the agent's variables are looked up
      # @return [Session, nil] nil without an agent
      def install(env = ENV)
        return session if session
        return if REQUIRED_ENVIRONMENT.any? { |name| env[name].to_s.empty? }

        require_relative "chef/session"
        @session = Session.from_environment(env)
        Hooks.install(@session)
        attach
        @session
      end

      # Make sure that Chef's configuration carries the event handler. Call it
      # after the user's own configuration, which may have assigned
      # `event_handlers`. Calling it again changes nothing.
      #
      # @param config [Chef::Config]
      # @return [Boolean] whether the shim is installed
      def attach(config = nil)
        return false unless session

        config ||= ::Chef::Config
        handlers = Array(config[:event_handlers])
        config[:event_handlers] = handlers + [session.events] unless handlers.include?(session.events)
        true
      end
    end
  end
end

Heddle::Chef.install
