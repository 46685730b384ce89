# frozen_string_literal: true

require_relative "../errors"

module Heddle
  module Chef
    # Tells the agent which resource is being converged. A thread of its own sends
    # the latest step at most every 200 ms, so the run never waits for it and a long
    # step that begins right after a short one is told as well.
    class Progress
      # Seconds between two reports.
      INTERVAL = 0.2

      # Characters of a resource's name that the agent keeps.
      STEP_LIMIT = 200

      # Characters of an error message that are worth sending.
      MESSAGE_LIMIT = 2000

      # @param client [Heddle::Client]
      # @param mask [Proc] takes sensitive values out of a text
      # @param look [Proc] takes note of sensitive values that were written since the last look
      # @param interval [Numeric] seconds between two reports
      def initialize(client, mask:, look: -> {}, interval: INTERVAL)
        @client = client
        @mask = mask
        @look = look
        @interval = interval
        @updated = 0
        @queue = Thread::Queue.new
      end

      # @return [Chef::Resource, nil] the resource that is being converged
      attr_reader :resource

      # @param resource [Chef::Resource] whose action starts now
      def step(resource)
        @resource = resource
        # Here: the thread that sends the step may not run the cookbook's lazy blocks.
        @look.call
        @step = resource.declared_key
        wake
      end

      # A resource changed something.
      def updated
        @updated += 1
      end

      # Tell the user something, in the log of the run and by the agent. Nothing depends on whether it arrives.
      #
      # @param message [String]
      def warn(message)
        ::Chef::Log.warn(message)
        @client.state({ warning: @mask.call(message)[0, MESSAGE_LIMIT] })
      rescue StandardError
        nil
      end

      # Tell the agent how many resources have changed something in all. Nothing depends on whether it arrives.
      def finished
        @client.state({ updated: @updated })
      rescue StandardError
        nil
      end

      # Tell the agent why the run fails. Nothing depends on whether it arrives or can be made:
      # the run's own error must stand.
      #
      # @param message [String]
      # @param source [String, nil]
      def failed(message, source)
        error = { message: @mask.call(message)[0, MESSAGE_LIMIT], source: source }.compact
        @client.state({ error: error, updated: @updated })
      rescue StandardError
        nil
      end

      private

      # The thread starts with the first step, in the process that converges:
      # chef-client may have forked since the shim was installed.
      def wake
        unless @pid == Process.pid
          @pid = Process.pid
          @queue = Thread::Queue.new
          Thread.new { deliver(@queue) }.report_on_exception = false
        end
        @queue << true if @queue.empty?
      end

      def deliver(queue)
        while queue.pop
          begin
            @client.state({ step: @mask.call(@step)[0, STEP_LIMIT], updated: @updated })
          rescue StandardError
            # A lost report is no reason to stop: a read or a publication will find out whether the agent is gone.
          end
          sleep(@interval)
        end
      end
    end
  end
end
