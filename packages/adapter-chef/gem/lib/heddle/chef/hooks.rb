# frozen_string_literal: true

module Heddle
  module Chef
    # The places where the shim reaches into Chef. All of them are prepended
    # modules that do nothing on objects other than the run node's attributes.
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

      # On Chef::Node::Attribute. Chef tells it of every write before it happens;
      # all that may be done here is to take note.
      module Writes
        # @api private
        def reset_cache(path = nil)
          __heddle__&.outputs&.touch(path)
          super
        end

        # @api private
        def reset(path = nil)
          reset_cache(path)
        end

        # `automatic=` is how ohai delivers: a fact about the machine, not an assignment.
        (::Chef::Node::Attribute::COMPONENTS - %i[@automatic]).each do |level|
          define_method(:"#{level.to_s.delete_prefix("@")}=") do |data|
            super(data)
            __heddle__&.outputs&.assigned([], data, whole_level: true)
          end
        end
      end

      # On VividMash, whose bulk writers send no attribute_changed event.
      module BulkWrites
        %i[update merge! replace].each do |name|
          define_method(name) do |other, &block|
            result = super(other, &block)
            __heddle_assigned__(other)
            result
          end
        end

        # @api private
        def store(key, value)
          result = super
          __heddle_assigned__({ key => value })
          result
        end

        private

        def __heddle_assigned__(data)
          root = __root__
          return unless root.is_a?(::Chef::Node::Attribute) && root.__heddle__

          root.__heddle__.outputs.assigned(__path__, data)
        end
      end

      # On Chef::Node: what `-j FILE` gave, which Chef merges into the saved
      # normal attributes without a trace.
      module StaticJson
        # @api private
        def consume_attributes(attrs)
          result = super
          attributes.__heddle__&.outputs&.assigned([], attrs) if attrs
          result
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
        ::Chef::Node::Attribute.prepend(Reads, Writes)
        ::Chef::Node::VividMash.prepend(BulkWrites)
        ::Chef::Node.prepend(StaticJson)
        # A configuration read after the wrapper may still drop the event handler.
        ::Chef::Client.when_run_starts { |status| session.ensure_started(status) }
        EarlyReleases.install
      end
    end
  end
end
