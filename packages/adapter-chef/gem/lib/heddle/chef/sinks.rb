# frozen_string_literal: true

require "chef/handler/json_file"
require "chef/data_collector"
require "chef/log/syslog"
require "chef/resource_reporter"

module Heddle
  module Chef
    # The places where Chef writes what somebody may read later. As soon as a sensitive
    # value is known, what goes through them goes without it.
    module Sinks
      class << self
        # @return [Secrets] of inputs and outputs
        attr_reader :secrets
        # @return [Secrets] those that the next run gets from the agent
        attr_reader :returning

        # @param secrets [Secrets]
        # @param returning [Secrets]
        def install(secrets:, returning:)
          @secrets = secrets
          @returning = returning
          ::Mixlib::Log::Formatter.prepend(LogLines)
          ::Chef::Log::Syslog.prepend(SyslogLines)
          ::Chef::Formatters::IndentableOutputStream.prepend(Screen)
          ::Chef::FileCache.singleton_class.prepend(Dumps)
          ::Chef::Node.prepend(SavedNode)
          ::Chef::Handler::JsonFile.prepend(JsonReport)
          ::Chef::ResourceReporter.prepend(ServerReport)
          ::Chef::DataCollector::Reporter.prepend(Collected)
        end

        # @param text [String]
        # @return [String] `text` itself when nothing is sensitive yet
        def mask(text)
          secrets.cover(text)
        end

        # @param data [Object]
        # @return [Object] `data` itself when nothing is sensitive yet
        def mask_data(data)
          secrets.any? ? secrets.mask_data(data) : data
        end

        # @param data [Object] which may hold objects that write themselves as JSON
        # @return [Object] `data` itself when nothing is sensitive yet, or else plain data
        def mask_objects(data)
          return data unless secrets.any?

          secrets.mask_data(::Chef::JSONCompat.parse(::Chef::JSONCompat.to_json(data, validate_utf8: false)))
        end

        # @param json [String]
        # @return [String] JSON: a number that is masked becomes a text
        def mask_json(json)
          secrets.any? ? ::Chef::JSONCompat.to_json_pretty(secrets.mask_data(::Chef::JSONCompat.parse(json))) : json
        end

        # What a run keeps of its node. The levels that the next run builds anew are masked, what
        # the node is known by stays. The `normal` level is what the next run begins with: there a
        # mask would be taken for the value, so what the agent gives to the next run is left out.
        #
        # @param data [Hash] of a node
        # @return [Hash]
        def saved_node(data)
          return data unless secrets.any?

          data.to_h { |key, value| [key, saved_value(key, value)] }
        end

        private

        def saved_value(key, value)
          case key
          when "normal" then returning.without(value)
          when "automatic", "default", "override" then secrets.mask_data(value)
          else value
          end
        end
      end

      # On the formatter of every logger, those of Chef's libraries too.
      module LogLines
        # @api private
        def call(*)
          Sinks.mask(super)
        end
      end

      # On Chef::Log::Syslog, which has no formatter.
      module SyslogLines
        private

        def clean(message)
          super(Sinks.mask(message.to_s))
        end
      end

      # On what the formatters (`doc`, `minimal`) print to: steps, diffs, errors, the output of commands.
      module Screen
        # @api private
        def print(string, *args)
          super(Sinks.mask(string), *args)
        end
      end

      # On Chef::FileCache: of what Chef stores there, only these are texts of its own.
      module Dumps
        # @api private
        def store(path, contents, *rest)
          case path
          when /-stacktrace\.out\z/ then super(path, Sinks.mask(contents), *rest)
          when /\Afailed-(run|reporting)-data\.json\z/ then super(path, Sinks.mask_json(contents), *rest)
          else super
          end
        end
      end

      # On Chef::Node: nodes/NAME.json, and the node that is sent to a server.
      module SavedNode
        # @api private
        def data_for_save
          Sinks.saved_node(super)
        end
      end

      # On Chef::Handler::JsonFile.
      module JsonReport
        # @api private
        def data
          Sinks.secrets.any? ? Sinks.mask_objects(super).transform_keys(&:to_sym) : super
        end
      end

      # On Chef::ResourceReporter, which tells a Chef server.
      module ServerReport
        # @api private
        def prepare_run_data
          Sinks.mask_data(super)
        end
      end

      # On Chef::DataCollector::Reporter, which tells a server or a file.
      module Collected
        private

        def send_to_data_collector(message)
          super(Sinks.mask_objects(message))
        end

        def send_to_output_locations(message)
          super(Sinks.mask_objects(message))
        end
      end
    end
  end
end
