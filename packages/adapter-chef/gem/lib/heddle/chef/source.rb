# frozen_string_literal: true

module Heddle
  module Chef
    # Tells where in the user's cookbooks something happened. Chef runs copies of
    # the cookbooks from its file cache; people know them as `shop/recipes/app.rb:14`.
    module Source
      module_function

      # @param resource [Chef::Resource, nil] the resource that is being converged: the
      #   fallback when no cookbook file is on the stack (a template's variables, say)
      # @return [String, nil]
      def here(resource = nil)
        roots = cookbook_roots
        caller_locations(2)&.each do |location|
          found = in_cookbooks(location.path, roots)
          return "#{found}:#{location.lineno}" if found
        end
        of_resource(resource, roots)
      end

      # @param exception [Exception]
      # @return [String, nil] the innermost cookbook line of its backtrace
      def of(exception, resource = nil)
        roots = cookbook_roots
        Array(exception.backtrace).each do |frame|
          path, line = frame.match(/\A(.+?):(\d+)/)&.captures
          found = path && in_cookbooks(path, roots)
          return "#{found}:#{line}" if found
        end
        of_resource(resource, roots)
      end

      # What the reader's line goes on to look up behind a path, `['threads']` of `n['jobs']['threads']`: the
      # first look tells no more than `jobs`. Empty where the line does not spell it out.
      #
      # @param path [Array<String>]
      # @return [Array<String>]
      def keys_behind(path)
        roots = cookbook_roots
        place = caller_locations(2).find { |location| in_cookbooks(location.path, roots) }
        line = place && File.foreach(place.path).with_index(1).find { |_, number| number == place.lineno }&.first
        before = path.map { |word| key(Regexp.escape(word)).source }.join
        line.to_s[/#{before}\K(?:#{key("[\\w-]+")})+/].to_s.scan(/[\w-]+/)
      rescue SystemCallError
        []
      end

      # @api private
      def key(word)
        /\[\s*(?::|:?['"])#{word}['"]?\s*\]/
      end

      # @api private
      def of_resource(resource, roots)
        path, line = resource&.source_line.to_s.match(/\A(.+?):(\d+)/)&.captures
        return unless path

        "#{in_cookbooks(path, roots) || File.basename(path)}:#{line}"
      end

      # @api private
      def in_cookbooks(path, roots)
        root = roots.find { |prefix| path&.start_with?(prefix) }
        path.delete_prefix(root) if root
      end

      # @api private
      def cookbook_roots
        cache = ::Chef::Config[:file_cache_path]
        [*(File.join(cache, "cookbooks") if cache), *::Chef::Config[:cookbook_path]].map { |dir| "#{dir.chomp("/")}/" }
      end
    end
  end
end
