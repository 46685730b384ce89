# frozen_string_literal: true

module Heddle
  module Chef
    # Takes note of writes to the run's node. Nothing is hooked before a role with
    # outputs runs, and what runs on every write is a plain method with a lookup.
    module WriteHooks
      # The top-level keys that hold outputs, for a quick look: Chef's collections are
      # hashes, so even their own instance variables take longer.
      TOPS = {}
      private_constant :TOPS

      # On the run node's Attribute object alone. Chef tells it of every write before
      # it happens; all that may be done here is to take note.
      module Levels
        # @api private
        def reset_cache(path = nil)
          weave = __heddle__
          weave.outputs.touch(path) if path.nil? || TOPS.key?(path)
          super
          # What this run writes may be what an own input shows, under another key.
          weave.own_tops.each { |top| super(top) } unless weave.own_tops.empty?
        end

        # @api private
        def reset(path = nil)
          reset_cache(path)
        end

        # `automatic=` is how ohai delivers: a fact about the machine, not an assignment.
        (::Chef::Node::Attribute::COMPONENTS.uniq - %i[@automatic]).each do |level|
          define_method(:"#{level.to_s.delete_prefix("@")}=") do |data|
            super(data)
            __heddle__.outputs.assigned([], data, whole_level: true)
          end
        end
      end

      # What finds the outputs of a collection's own node.
      module Watched
        private

        def __heddle_assigned__(path, data)
          root = __root__
          weave = root.__heddle__ if ::Chef::Node::Attribute === root
          weave&.outputs&.assigned(path, data)
        end
      end

      # On VividMash and AttrArray, where Chef makes its attribute_changed event. A
      # subscriber of that event would cost a Method object for every write.
      module Assignments
        include Watched

        private

        def send_attribute_changed_event(path, value)
          __heddle_assigned__(path, value) if TOPS.key?(path&.first) && __node__&.run_context
          super
        end
      end

      # On VividMash, whose bulk writers make no event.
      module BulkWrites
        include Watched

        # @api private
        def update(other, &block)
          result = super
          __heddle_assigned__(__path__, other)
          result
        end

        # @api private
        def merge!(other, &block)
          result = super
          __heddle_assigned__(__path__, other)
          result
        end

        # @api private
        def replace(other)
          result = super
          __heddle_assigned__(__path__, other)
          result
        end

        # @api private
        def store(key, value)
          result = super
          __heddle_assigned__(__path__, { key => value })
          result
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

      # @param attributes [Chef::Node::Attribute] woven, see {Hooks.weave}
      def self.watch(attributes)
        attributes.__heddle__.outputs.tops.each { |top| TOPS[top] = true }
        ::Chef::Node::VividMash.prepend(Assignments, BulkWrites)
        ::Chef::Node::AttrArray.prepend(Assignments)
        ::Chef::Node.prepend(StaticJson)
        attributes.extend(Levels)
      end
    end
  end
end
