# frozen_string_literal: true

require "json"

module Heddle
  module Chef
    # Says of what a Chef run failed. An error of HTTP says `412 "Precondition Failed"`;
    # which cookbook there is not stands in the answer below it.
    module Reason
      module_function

      # @param exception [Exception]
      # @return [String]
      def of(exception)
        answer = exception.response if exception.respond_to?(:response)
        told = answer ? told_by(answer.body) : []
        return exception.message if told.empty?

        "#{told.join(", ")}#{searched if answer.code.to_s == "412"}"
      end

      # @api private
      def told_by(body)
        errors = JSON.parse(body.to_s)["error"]
        Array(errors.is_a?(Hash) ? [errors] : errors).map { |error| (error.is_a?(Hash) ? error["message"] : error).to_s }
      rescue JSON::ParserError, TypeError, NoMethodError
        []
      end

      # @api private
      def searched
        folders = Array(::Chef::Config[:cookbook_path])
        " (looked in #{folders.join(", ")})" if ::Chef::Config[:chef_zero][:enabled] && folders.any?
      end
    end
  end
end
