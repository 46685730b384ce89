# frozen_string_literal: true

require_relative "copies"
require_relative "splats"
require_relative "write_hooks"

module Heddle
  module Chef
    # The places where the shim reaches into Chef. All of them are modules that do
    # nothing on objects other than the run node's attributes.
    module Hooks
      # On Chef::Node::Attribute. `[]` stays Chef's own: it caches what
      # merged_attributes returned, so a local read runs no line of this shim.
      module Reads
        # @return [Weave, nil] set on the run node's attributes only
        attr_accessor :__heddle__

        # @api private
        def merged_attributes(*path)
          weave = __heddle__
          weave ? weave.graft(super, path) : super
        end

        # Chef asks its levels here, where a remote value is not. Each alias has a body of its own.
        %i[key? has_key? attribute? member? include?].each do |name|
          define_method(name) { |key| __heddle__&.declared?([key]) || super(key) }
        end

        # @api private
        def exist?(*path)
          (!path.empty? && __heddle__&.declared?(path)) || super
        end
      end

      # On Chef::FileCache. Chef dumps the text of a failure there, and that text may hold a delivered value.
      module Dumps
        # @return [Session]
        attr_accessor :__heddle__

        # @api private
        def store(path, contents, *)
          path.end_with?("-stacktrace.out") ? super(path, __heddle__.mask(contents)) : super
        end
      end

      # @param session [Session]
      def self.install(session)
        ::Chef::FileCache.singleton_class.prepend(Dumps)
        ::Chef::FileCache.__heddle__ = session
        ::Chef::Node::Attribute.prepend(Reads)
        # A configuration read after the wrapper may still drop the event handler.
        ::Chef::Client.when_run_starts { |status| session.ensure_started(status) }
      end

      # Let a node's attributes take part.
      #
      # @param attributes [Chef::Node::Attribute] of the run's node
      # @param weave [Weave]
      def self.weave(attributes, weave)
        attributes.__heddle__ = weave
        install_copies(attributes) if weave.inputs?
        WriteHooks.watch(attributes) if weave.outputs.any?
      end

      def self.install_copies(attributes)
        Copies.install
        Splats.install(attributes.__node__)
      end
      private_class_method :install_copies
    end
  end
end
