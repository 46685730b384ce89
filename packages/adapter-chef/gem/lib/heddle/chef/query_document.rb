# frozen_string_literal: true

require "chef_zero/solr/solr_doc"

module Heddle
  module Chef
    # What a query of chef-zero is matched against, in the place of its SolrDoc: a
    # value that another node publishes is waited for when the query looks at it,
    # and what the plan says is looked at first.
    class QueryDocument
      # Fields that every node has, be they empty. The plan knows them: nothing that has such a name somewhere
      # inside it is waited for.
      ALWAYS = %w[name chef_type json_class run_list role roles recipe recipes expanded_run_list
                  X_CHEF_id_CHEF_X].freeze

      # A value that may have to be waited for, at a path of the node.
      class Source
        # @param path [Array<String>]
        # @yieldreturn [Object] the value, nil where there is none
        def initialize(path, &value)
          @path = path.map(&:to_s)
          @field = @path.join("_")
          @value = value
        end

        # @return [String] the path as a query writes it
        attr_reader :field

        # @return [Array<String>] the fields by which it is found: its path, and each segment alone
        def fields
          [*@path, field].uniq
        end

        # @return [Boolean] true if a field is the value or something inside it
        def answers?(name)
          fields.include?(name) || name.start_with?("#{field}_")
        end

        # @return [Array<String>] what it holds in the fields that the block wants
        def values(id, &wanted)
          value = @value.call
          return [] if value.nil?

          nested = @path.reverse.inject(value) { |inner, segment| { segment => inner } }
          ChefZero::Solr::SolrDoc.new(nested, id).matching_values(&wanted)
        end
      end

      # Values of which the later ones are looked up when somebody gets there.
      class Values
        include Enumerable

        # @param known [Enumerable<String>]
        # @param later [Array<Proc>] each gives the values of a source, waiting for it
        def initialize(known, later)
          @known = known
          @later = later
        end

        # @yieldparam value [String]
        def each(&block)
          @known.each(&block)
          @later.each { |lookup| lookup.call.each(&block) }
        end
      end

      # @param name [String] of the node
      # @param static [Hash] what the plan says of it, as Chef's index has it
      # @param sources [Array<Source>]
      # @param fields [Hash{String=>Boolean}] takes the fields that a query names, and whether any node knows them
      def initialize(name, static, sources, fields)
        @name = name
        @static = ChefZero::Solr::SolrDoc.new(static, name)
        @sources = sources
        @fields = fields
      end

      # @param field [String]
      # @return [Enumerable<String>]
      def [](field)
        sources = @sources.select { |source| ALWAYS.include?(field) ? source.field == field : source.answers?(field) }
        known = sources.any? { |source| source.field == field } ? [] : @static[field]
        @fields[field] ||= ALWAYS.include?(field) || !sources.empty? || !known.empty?
        values(known, sources) { |name| name == field }
      end

      # For a field with wildcards.
      def matching_values(&wanted)
        values(@static.matching_values(&wanted), @sources.select { |source| source.fields.any?(&wanted) }, &wanted)
      end

      private

      def values(known, sources, &wanted)
        Values.new(known, sources.map { |source| -> { source.values(@name, &wanted) } })
      end
    end
  end
end
