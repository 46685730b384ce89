# frozen_string_literal: true

require_relative "guarded_mash"
require_relative "source"

module Heddle
  module Chef
    # `{ **node['db'] }` copies the storage of a mash without calling any method, so
    # nothing can be hooked there. In the cookbooks' files the statement that does it
    # is known by its text, and waits first for the values that it is going to copy.
    class Splats
      # What can be looked at without running code of the cookbook: a variable or the node, and literal keys below it.
      OPERAND = /\*\*\s*(@?[a-z_]\w*)((?:\[(?:'[^']*'|"[^"\\#]*"|:\w+)\])*)(?![\w\[(.&?!])/
      KEY = /\['([^']*)'\]|\["([^"]*)"\]|\[:(\w+)\]/
      # What Chef's templates are compiled as.
      TEMPLATE = "(erubis)"
      private_constant :OPERAND, :KEY, :TEMPLATE

      # Watch what Ruby compiles from now on.
      #
      # @param node [Chef::Node] the run's
      def self.install(node)
        @installed&.stop
        @installed = new(node).tap(&:start)
      end

      # @param node [Chef::Node]
      def initialize(node)
        @node = node
        @roots = Source.cookbook_roots
        @compiled = TracePoint.new(:script_compiled) do |event|
          iseq = event.instruction_sequence
          watch(iseq, event.eval_script || File.binread(iseq.absolute_path)) if cookbook?(iseq.path)
        end
      end

      # @api private
      def start
        @compiled.enable
      end

      # @api private
      def stop
        @compiled.disable
      end

      private

      def cookbook?(path)
        path == TEMPLATE || Source.in_cookbooks(path, @roots)
      end

      def watch(iseq, source)
        found = operands(source.b)
        return if found.empty?

        lines = statement_lines(iseq)
        # Nothing but comments.
        return if lines.empty?

        waits = found.group_by { |line, *| lines.select { |start| start <= line }.max }
        TracePoint.new(:line) do |event|
          waits[event.lineno]&.each { |_line, name, keys| wait(event.binding, name, keys) }
        end.enable(target: iseq)
      end

      # @return [Array<Array>] the line, the name, and the keys of each `**name['key']`
      def operands(source)
        return [] unless source.include?("**")

        source.each_line.with_index(1).flat_map do |text, line|
          next [] if text.lstrip.start_with?("#")

          text.scan(OPERAND).map do |name, keys|
            [line, name, keys.scan(KEY).map { |forms| forms.compact.first.dup.force_encoding(Encoding::UTF_8) }]
          end
        end
      end

      def statement_lines(iseq)
        own = iseq.trace_points.filter_map { |line, event| line if event == :line }
        iseq.each_child { |child| own.concat(statement_lines(child)) }
        own
      end

      def wait(binding, name, keys)
        value = keys.inject(look_up(binding, name)) do |found, key|
          found[key] if ::Chef::Node === found || ::Chef::Node::ImmutableMash === found
        end
        value.heddle_settle if GuardedMash === value
      end

      def look_up(binding, name)
        return binding.receiver.instance_variable_get(name) if name.start_with?("@")
        return binding.local_variable_get(name) if binding.local_variable_defined?(name)

        @node if name == "node"
      end
    end
  end
end
