# frozen_string_literal: true

module Heddle
  module Chef
    # Chef's events, each passed on to what it means for Heddle. An exception
    # raised in here ends the Chef run. It has a method for each event that it wants and
    # no others: the dispatcher passes over those, `attribute_changed` for every write.
    class Events
      # @param session [Session]
      def initialize(session)
        @session = session
      end

      def run_start(_version, _status)
        @session.start
      end

      def node_load_success(node)
        @session.adopt(node)
      end

      def node_load_completed(node, _run_list, _config)
        @session.facts.publish(node)
      end

      def run_list_expanded(expansion)
        @session.attribution.expanded(expansion)
      end

      def attribute_load_complete
        @session.outputs.settle
        @session.latch.check!
      end

      def recipe_file_loaded(_path, _recipe)
        @session.safe_point
      end

      def cookbook_compilation_complete(_run_context)
        @session.safe_point
      end

      def converge_start(_run_context)
        @session.converge
      end

      def resource_action_start(resource, _action, notification_type = nil, _notifier = nil)
        @session.resource_started(resource, delayed: notification_type == :delayed)
      end

      def resource_updated(_resource, _action)
        @session.progress.updated
      end

      def resource_failed(_resource, _action, _exception)
        @session.resource_failed
      end

      def resource_failed_retriable(_resource, _action, _count, _exception)
        @session.latch.check!
      end

      def resource_completed(_resource)
        @session.resource_completed
      end

      def converge_complete
        @session.converged
      end

      def run_completed(_node, _status)
        @session.finish
      end

      def run_failed(exception, _status)
        @session.failed(exception)
      end
    end
  end
end
