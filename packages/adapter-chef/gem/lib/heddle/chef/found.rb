# frozen_string_literal: true

require_relative "found_node"
require_relative "query_document"

module Heddle
  module Chef
    # Another node of the deployment in the searches of one run: what the plan says of
    # it, and how the rest is asked for.
    class Found
      # What Chef makes of a run list.
      FROM_RUN_LIST = %w[roles recipes expanded_run_list].freeze

      # @param member [Peers::Member]
      # @param inputs [Inputs] ask for outputs, each once per run
      # @param latch [Latch]
      # @param source [Proc] tells where the reader stands
      # @param run_lists [RunLists]
      def initialize(member:, inputs:, latch:, source:, run_lists:)
        @member = member
        @inputs = inputs
        @latch = latch
        @source = source
        @run_lists = run_lists
      end

      # @return [Inputs]
      attr_reader :inputs

      # @return [String]
      def name
        @member.name
      end

      # @return [Array<String>]
      def run_list
        @member.run_list
      end

      # @return [Chef::Node]
      def node
        FoundNode.build(self)
      end

      # @param fields [Hash] see {QueryDocument}
      # @return [QueryDocument]
      def document(fields)
        QueryDocument.new(name, static, sources, fields)
      end

      # One value of a filtered search.
      #
      # @param path [Array<String, Symbol>]
      # @return [Object] plain data, nil for an empty path
      def value(path)
        return if path.empty?

        top = path.first.to_s
        plain(FoundReads.walk(indexed.key?(top) ? indexed : (@values_of ||= node).attributes, [top, *path.drop(1)]))
      end

      # @param key [String] a top-level attribute
      # @return [Boolean] whether the facts tell it, and no declared output
      def fact?(key)
        Facts::TOPS.include?(key) && @member.outputs.none? { |output| output.path == [key] }
      end

      # Waits for the node's facts.
      #
      # @return [Hash]
      def facts
        @member.facts ? @inputs.read(@member.facts) : {}
      end

      # @return [String]
      def environment
        @member.facts ? facts["chef_environment"] : "_default"
      end

      # What the plan says of the node's attributes.
      #
      # @return [Hash{Symbol=>Hash}]
      def levels
        { default: expansion.default_attrs, normal: @member.attributes, override: expansion.override_attrs,
          automatic: { "name" => name, **expanded } }
      end

      # @return [FoundNode::Overlay]
      def weave
        FoundNode::Overlay.new(found: self, tree: output_tree, inputs: @inputs)
      end

      # Look up an attribute that is neither an open output nor static.
      #
      # @param path [Array<String>]
      # @return [nil] for a fact that the node lacks
      # @raise [Heddle::Abort] for everything else
      def missing(path)
        closed = @member.outputs.find { |output| output.sensitive && output.path == path }
        # Denied, unless an input of the role reads it, too.
        return @inputs.read(closed) if closed
        return if @member.facts && Facts.cover?(path)

        refuse_roles if FROM_RUN_LIST.include?(path.first)
        refuse(path)
      end

      private

      def expansion
        @expansion ||= @run_lists.expand(run_list) { environment }
      end

      # @return [Hash] empty when a role is missing here: then nobody knows
      def expanded
        return {} if expansion.errors?

        { "roles" => expansion.roles, "recipes" => expansion.recipes.with_duplicate_names,
          "expanded_run_list" => expansion.recipes.with_fully_qualified_names_and_version_constraints }
      end

      # The node as Chef's index has it, without what it publishes.
      def static
        @static ||= [expansion.default_attrs, @member.attributes, expansion.override_attrs, expanded, indexed]
                    .inject({}) { |all, level| ::Chef::Mixin::DeepMerge.merge(all, level) }
      end

      # What Chef's index holds beside the attributes.
      def indexed
        @indexed ||= begin
          list = ::Chef::RunList.new(*run_list)
          { "name" => name, "chef_type" => "node", "json_class" => "Chef::Node", "run_list" => run_list,
            "recipe" => list.recipe_names, "role" => list.role_names }
        end
      end

      def sources
        @sources ||= [*output_sources, *fact_sources, *(role_sources if expansion.errors?)]
      end

      def output_sources
        @member.outputs.map { |output| QueryDocument::Source.new(output.path) { @inputs.read(output) } }
      end

      def fact_sources
        return [] unless @member.facts

        Facts::PATHS.map { |path| QueryDocument::Source.new(path) { FoundReads.walk(facts, path) } }
      end

      def role_sources
        FROM_RUN_LIST.map { |field| QueryDocument::Source.new([field]) { refuse_roles } }
      end

      # Of two outputs of which one holds the other, the outer one counts. A sensitive one
      # is looked up only by whoever names it.
      def output_tree
        @member.outputs.sort_by { |output| output.path.size }.each_with_object({}) do |output, tree|
          *parents, last = output.path
          branch = parents.inject(tree) { |inner, segment| inner.is_a?(Hash) ? inner[segment] ||= {} : nil }
          branch[last] ||= output if branch.is_a?(Hash) && !output.sensitive
        end
      end

      def plain(value)
        case value
        # Not to_h with a block: Chef's own to_h ignores it.
        when Hash then value.each_with_object({}) { |(key, inner), all| all[key] = plain(inner) }
        when Array then value.map { |inner| plain(inner) }
        when String then String.new(value)
        else value
        end
      end

      def refuse(path)
        read = [*path, *Source.keys_behind(path)]
        fail_with("not-declared",
          "the attribute #{path.join(".")} of #{name} is no declared output, and the plan does not have it#{meant_by(read)}",
          "declare it under \"outputs:\" of a role of #{name}, for example #{read.last}: #{read.join(".")}; then run heddle up again")
      end

      # The output at nearly that path, for a message.
      def meant_by(read)
        return unless defined?(::DidYouMean::SpellChecker)

        meant = @member.outputs.map(&:path).find do |path|
          path.size == read.size && path.zip(read).all? do |word, typed|
            word == typed || ::DidYouMean::SpellChecker.new(dictionary: [word]).correct(typed).any?
          end
        end
        "; did you mean \"#{meant.join(".")}\"?" if meant
      end

      def refuse_roles
        fail_with("not-found", "the roles of #{name} cannot be looked up: no role #{expansion.errors.join(", ")} here",
          "add the role file to the role_path of this node")
      end

      def fail_with(code, message, advice)
        place = @source.call
        @latch.guard(place) do
          raise Error.new(code, "#{message}#{" (#{place})" if place}", exit_code: 2, details: { "next" => [advice] })
        end
      end
    end
  end
end
