# frozen_string_literal: true

module Heddle
  module Chef
    # Which Chef the shim is made for. It reaches into names inside Chef, so another
    # series is refused rather than tried on somebody's machines.
    module Supported
      # The series that the shim's specs were run with.
      SERIES = (17..18)

      # How a process ends that is refused: Heddle's exit code for `tool-missing`.
      EXIT_CODE = 2

      module_function

      # End this process, with one line, if its Chef is of another series.
      #
      # @param version [String]
      def check!(version = chef_version)
        line = refusal(version)
        return if line.nil?

        # Not warn, which says nothing under -W0.
        $stderr.puts(line)
        # Chef turns every exception of a configuration into its own, with a trace around it.
        exit!(EXIT_CODE)
      end

      # @param version [String]
      # @return [String, nil] nil for a version that is supported
      def refusal(version)
        return if SERIES.cover?(Integer(version[/\A\d+/], 10))

        "heddle: [tool-missing] this is Chef #{version}, and Heddle works with series #{SERIES.min} to #{SERIES.max}: " \
          "install one of them (gem install chef-bin -v '~> #{SERIES.max}')"
      end

      # @return [String] of the Chef that this process would load, or has loaded
      def chef_version
        require "chef/version"
        ::Chef::VERSION
      end
    end
  end
end
