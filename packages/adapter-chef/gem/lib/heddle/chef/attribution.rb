# frozen_string_literal: true

module Heddle
  module Chef
    # Tells which Chef role of the run list a recipe belongs to, when the run list has
    # several entries: with one there is nothing to tell apart.
    #
    # A recipe is compiled once, so it belongs to the role that reached it first; what it
    # includes belongs there too.
    class Attribution
      TOP = "top level"
      private_constant :TOP

      def initialize
        @roles = {}
        @owners = {}
        @loading = []
      end

      # @param expansion [Chef::RunList::RunListExpansion]
      def expanded(expansion)
        trace = expansion.better_run_list_trace if expansion.respond_to?(:better_run_list_trace)
        walk(trace, TOP, []) if trace && Array(trace[TOP]).size > 1
      end

      # A recipe is being compiled.
      #
      # @param recipe [String] "shop::app"
      # @return [Object] what the block returns
      def loading(recipe)
        chain = @loading.last || @roles[recipe] || []
        @owners[recipe] ||= chain
        @loading.push(chain)
        yield
      rescue Exception
        @failed ||= chain
        raise
      ensure
        @loading.pop
      end

      # @param source [String, nil] a place in a cookbook, "shop/recipes/app.rb:14"
      # @param resource [Chef::Resource, nil] the resource that is being converged
      # @return [String, nil] the place with the role that it belongs to, the outermost first
      def name(source, resource)
        chain = @loading.last || owner(resource) || @failed || []
        return source if source.nil? || chain.empty?

        "#{source}, #{chain.join(" > ")}"
      end

      private

      # A resource inside a custom resource has the recipe that uses the custom resource.
      def owner(resource)
        @owners["#{resource.cookbook_name}::#{resource.recipe_name}"] if resource
      end

      def walk(trace, entry, chain)
        Array(trace[entry]).each do |item|
          name = item.to_s
          if item.type == :role
            walk(trace, name, [*chain, name]) unless chain.include?(name)
          else
            @roles[::Chef::Recipe.parse_recipe_name(item.name).join("::")] ||= chain
          end
        end
      end
    end
  end
end
