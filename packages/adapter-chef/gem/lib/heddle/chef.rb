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

        begin_session { Session.from_environment(env) }
      end

      # Take part in a run that no agent has started: ask the agent at a socket to
      # be let in when the run begins. In a process that runs under an agent the
      # environment counts, and this is {attach}.
      #
      # @param config [Chef::Config]
      # @param socket [String] path of the agent's socket
      # @param env [Hash] HEDDLE_ROLE says of which role it is a run
      # @return [Boolean] true
      def join(config, socket:, env: ENV)
        return attach(config) if install(env)

        role = env["HEDDLE_ROLE"].to_s
        begin_session do
          require_relative "outside_client"
          Session.new(OutsideClient.new(socket: socket, role: role.empty? ? nil : role,
            why_run: -> { ::Chef::Config[:why_run] == true }))
        end
        attach(config)
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

      private

      def begin_session
        require_relative "chef/supported"
        Supported.check!
        require_relative "chef/session"
        @session = yield
        Hooks.install(@session)
        attach
        @session
      end
    end
  end
end

Heddle::Chef.install
