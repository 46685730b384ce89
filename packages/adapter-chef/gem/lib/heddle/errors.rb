# frozen_string_literal: true

module Heddle
  # What the agent (or the way to it) reported. `code` is one of Heddle's closed
  # list of error codes; match on it, never on the text.
  class Error < StandardError
    # @return [String] for example "never-written"
    attr_reader :code
    # @return [Integer] the exit code that Heddle assigns to this kind of error
    attr_reader :exit_code
    # @return [Hash] everything else that came with the error
    attr_reader :details
    # @return [String, nil] where in the user's cookbooks it happened: "shop/recipes/app.rb:14"
    attr_accessor :source

    # @param code [String] of Heddle's closed list
    # @param message [String] for people, without values
    # @param exit_code [Integer] that Heddle assigns to the code
    # @param details [Hash] what else came with it: "notes" and "next" are shown
    def initialize(code, message, exit_code: 1, details: {})
      super(message)
      @code = code
      @exit_code = exit_code
      @details = details
    end

    # @param body [Hash] the agent's `error` object
    def self.from_agent(body)
      details = body.reject { |key, _| %w[code message exitCode].include?(key) }
      new(body["code"] || "unexpected", body["message"].to_s, exit_code: body["exitCode"] || 1, details: details)
    end

    # @param doing [String] what was being attempted
    def self.agent_gone(doing)
      new("agent-gone", "the Heddle agent of this node went away while #{doing}",
        exit_code: 24,
        details: { "notes" => ["a value that cannot be asked for is not an absent value, so this run stops here"] })
    end

    # @return [Array<String>] further facts, one a line
    def notes
      Array(details["notes"])
    end

    # @return [Array<String>] commands worth typing next
    def next_steps
      Array(details["next"])
    end

    # @return [String] the message with its notes, its place and next commands
    def full_text
      place = source unless [message, *notes].any? { |text| text.include?(source.to_s) }
      lines = [*notes, *("at #{place}" if place), *next_steps.map { |command| "try: #{command}" }]
      [message, *lines.map { |line| "  #{line}" }].join("\n")
    end
  end

  # Ends the Chef run. It is not a StandardError: `node['db']['host'] rescue 'x'`,
  # `ignore_failure` and `retries` must not turn a failed wait into a wrong value.
  class Abort < Exception
    # @return [Heddle::Error] why the run has to end
    attr_reader :error

    # @param error [Heddle::Error]
    def initialize(error)
      super("[#{error.code}] #{error.full_text}")
      @error = error
    end
  end
end
