# frozen_string_literal: true

require_relative "copies"
require_relative "error_texts"
require_relative "sinks"
require_relative "splats"
require_relative "write_hooks"

module Heddle
  module Chef
    # The places where the shim reaches into Chef and Ruby. What reads and writes attributes
    # does nothing on objects other than those of the run's node and of nodes that a search
    # has found. The rest concerns the whole process: sinks, searches, recipes, and, once a
    # role with inputs runs, copies of a Hash and the texts of NameErrors.
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

      # On Chef::Search::Query, at the place where it asks a Chef server, or what takes its place in chef-solo.
      # All forms of `search` come by here; Chef's own code goes on with the answer.
      module Searches
        # @api private
        def self.prepended(query)
          query.singleton_class.attr_accessor(:__heddle__)
        end

        private

        def call_rest_service(type, query: "*:*", rows: nil, start: 0, filter_result: nil)
          search = ::Chef::Search::Query.__heddle__.search if @url.nil? && type.to_s == "node"
          search ? search.answer(query, rows: rows, start: start, filter_result: filter_result) : super
        end
      end

      # On Chef::RunContext, where every recipe comes by, of the run list or included.
      module Recipes
        # @api private
        def load_recipe(recipe_name, current_cookbook: nil)
          name = ::Chef::Recipe.parse_recipe_name(recipe_name, current_cookbook: current_cookbook).join("::")
          Heddle::Chef.session.attribution.loading(name) { super }
        end
      end

      # @param session [Session]
      def self.install(session)
        Sinks.install(secrets: session.secrets, returning: session.returning_secrets)
        ::Chef::Node::Attribute.prepend(Reads)
        ::Chef::Search::Query.prepend(Searches)
        ::Chef::Search::Query.__heddle__ = session
        ::Chef::RunContext.prepend(Recipes)
        # A configuration read after the wrapper may still drop the event handler.
        ::Chef::Client.when_run_starts { |status| session.ensure_started(status) }
        EarlyReleases.install
      end

      # Let a node's attributes take part.
      #
      # @param attributes [Chef::Node::Attribute] of the run's node
      # @param weave [Weave]
      # @param copies [Boolean] whether the role comes by values of other nodes
      def self.weave(attributes, weave, copies: weave.inputs?)
        attributes.__heddle__ = weave
        install_copies(attributes) if copies
        WriteHooks.watch(attributes) if weave.outputs.any?
      end

      def self.install_copies(attributes)
        Copies.install
        ErrorTexts.install
        Splats.install(attributes.__node__)
      end
      private_class_method :install_copies
    end
  end
end
