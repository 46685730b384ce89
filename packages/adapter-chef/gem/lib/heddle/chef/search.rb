# frozen_string_literal: true

require_relative "found"
require_relative "own"
require_relative "run_lists"

module Heddle
  module Chef
    # Answers `search(:node, ...)` from the plan, with the query parser that comes with
    # Chef. A value that nodes publish is waited for only where the query or the
    # caller looks at it.
    class Search
      # @param members [Array<Peers::Member>, nil] the nodes of the deployment; nil: the role does not search
      # @param node [Proc] gives the run's own node
      # @param own_name [String] its name in the plan
      # @param inputs [Inputs]
      # @param latch [Latch]
      # @param source [Proc] tells where the reader stands
      # @param warn [Proc] takes a text for the user
      def initialize(members:, node:, own_name:, inputs:, latch:, source:, warn:)
        @members = members
        @node = node
        @own_name = own_name
        @inputs = inputs
        @latch = latch
        @source = source
        @warn = warn
        @run_lists = RunLists.new
      end

      # @return [Boolean] whether this role searches the deployment
      def deployment?
        !@members.nil?
      end

      # Tells the user once a run how to search the deployment, if this role does not.
      #
      # @return [Boolean] whether the deployment answers
      def answers?
        warn_once unless deployment?
        deployment?
      end

      # Find nodes, in the order of the plan.
      #
      # @param query [String]
      # @param filter_result [Hash, nil] name to path: plain values instead of nodes
      # @return [Hash] what Chef's own request would give: "rows", "start", "total"
      # @raise [Chef::Exceptions::InvalidSearchQuery]
      # @raise [Heddle::Abort] if a value that it needs never comes, or nobody knows a field of the query
      def answer(query, rows: nil, start: 0, filter_result: nil)
        parsed = parse(query)
        fields = {}
        found = candidates.select { |candidate| parsed.matches_doc?(candidate.document(fields)) }
        check(query, fields)
        page = found.drop(start.to_i).first(rows || found.size)
        { "rows" => page.map { |one| filter_result ? filtered(one, filter_result) : one.node },
          "start" => start.to_i, "total" => found.size }
      end

      private

      def candidates
        @candidates ||= @members.map do |member|
          options = { member: member, inputs: @inputs, latch: @latch, source: @source, run_lists: @run_lists }
          member.name == @own_name ? Own.new(**options, run_node: @node) : Found.new(**options)
        end
      end

      def parse(query)
        require "chef_zero/solr/solr_parser"
        parsed = ChefZero::Solr::SolrParser.new(query).parse
        raise "chef-zero gets ranges with a lower bound wrong" if bounded_below?(parsed)

        parsed
      rescue RuntimeError => e
        raise ::Chef::Exceptions::InvalidSearchQuery, "the query '#{query}' cannot be answered: #{e.message}"
      end

      # chef-zero compares the lower bound the wrong way round.
      def bounded_below?(parsed)
        return !parsed.to_s.start_with?("[*", "{*") if parsed.is_a?(ChefZero::Solr::Query::RangeQuery)

        %i[left right operand subquery].any? { |part| parsed.respond_to?(part) && bounded_below?(parsed.public_send(part)) }
      end

      # A field that no node knows may be a typing error or an undeclared output: finding nobody would hide it.
      def check(query, fields)
        unknown = fields.filter_map { |field, known| field unless known }
        return if unknown.empty?

        @latch.guard(@source.call) do
          raise Error.new("not-declared",
            "search(:node, '#{query}')#{place} asks for #{unknown.join(", ")}, which no node of the deployment is known to have",
            exit_code: 2, details: { "next" => [
              'declare it under "outputs:" of the role that writes it, or under "attributes:" in its chef options; then run heddle up again'
            ] })
        end
      end

      def filtered(found, filter)
        filter.to_h { |name, path| [name.to_s, found.value(Array(path))] }
      end

      def warn_once
        return if @warned

        @warned = true
        @warn.call("search(:node, ...)#{place} asks Chef's own index, not the nodes of the deployment: " \
                   "for these, write `search: true` beside run_list in the role's chef options")
      end

      def place
        source = @source.call
        " (#{source})" if source
      end
    end
  end
end
