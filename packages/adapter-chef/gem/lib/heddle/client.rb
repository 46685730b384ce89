# frozen_string_literal: true

require "json"
require "net/http"
require "socket"
require_relative "errors"

module Heddle
  # Speaks the agent's HTTP API over its Unix socket: one short connection per
  # call, no shared state, so any thread may call at any time.
  class Client
    # Net::HTTP with the one difference that it connects to a Unix socket.
    class UnixHTTP < Net::HTTP
      # @param path [String] of the socket
      # @param timeout [Numeric, nil] seconds to wait for an answer; nil for ever
      def self.to(path, timeout)
        http = new("heddle", 80, nil)
        http.socket_path = path
        http.max_retries = 0
        http.read_timeout = timeout
        http
      end

      attr_writer :socket_path

      private

      def connect
        @socket = Net::BufferedIO.new(UNIXSocket.new(@socket_path), read_timeout: @read_timeout,
          continue_timeout: nil, debug_output: nil)
      end
    end

    # Everything by which a connection can end before the answer has arrived.
    GONE = [SystemCallError, IOError, SocketError, Net::ProtocolError, Net::ReadTimeout].freeze

    # @param socket [String] path of the agent's socket
    # @param role [String] the role that this process runs
    # @param run [String, nil] id of this run, so that the agent can refuse leftovers of earlier ones
    def initialize(socket:, role:, run: nil)
      @socket = socket
      @headers = { "Accept" => "application/json", "Accept-Encoding" => "identity",
                   "Content-Type" => "application/json; charset=utf-8" }
      address(role, run)
    end

    # @return [Hash] what the role declares
    def declaration
      call("asking what this role declares", Net::HTTP::Get.new(@base, @headers))
    end

    # Wait for an input. Blocks until the value exists or the wait has failed.
    #
    # @param path [Array<String>] the input's attribute path
    # @param wait [Boolean] false: fail with `missing-value` instead of waiting
    # @param ends [Boolean] whether the run ends of any other error of a read that does not wait
    # @param compiling [Boolean] whether nothing of the run has been converged yet
    # @return [Hash] the answer; its "value" may be nil
    # @raise [Heddle::Error]
    def await(path, source: nil, background: false, wait: true, ends: false, compiling: false)
      body = { path: path, source: source, background: background, wait: wait }.compact
      body[:ends] = true if ends
      body[:compiling] = true if compiling
      post("waiting for #{path.join(".")}", "await", body)
    end

    # Wait for an output of another node, by its name; as {#await}.
    #
    # @return [Hash] the answer; its "value" may be nil
    # @raise [Heddle::Error]
    def await_output(node, output, source: nil, background: false, wait: true, ends: false)
      body = { node: node, output: output, source: source, background: background, wait: wait }.compact
      body[:ends] = true if ends
      post("waiting for #{node}.#{output}", "await", body)
    end

    # @param outputs [Hash{String=>Hash}] name to value, origin and source
    # @param last [Boolean] true for the last report of a run that went well
    # @raise [Heddle::Error]
    def publish(outputs, last: false)
      post("publishing #{outputs.empty? ? "the end of the run" : outputs.keys.join(", ")}", "publish",
        { outputs: outputs, end: last })
    end

    # @param body [Hash] see the protocol's `state`
    # @param timeout [Numeric] seconds; nobody waits long for a progress report
    def state(body, timeout: 2)
      post("reporting progress", "state", body, timeout: timeout)
    end

    private

    def address(role, run)
      @base = "/v1/roles/#{URI.encode_www_form_component(role)}"
      @headers["Heddle-Run"] = run if run && !run.empty?
    end

    def post(doing, route, body, timeout: nil)
      request = Net::HTTP::Post.new("#{@base}/#{route}", @headers)
      request.body = JSON.generate(body, max_nesting: 0)
      call(doing, request, timeout: timeout)
    end

    def call(doing, request, timeout: nil)
      exchange(doing) { connection_class.to(@socket, timeout).start { |http| http.request(request) } }
    end

    def connection_class
      UnixHTTP
    end

    def exchange(doing)
      parse(doing, yield)
    rescue Net::HTTPBadResponse, Net::HTTPHeaderSyntaxError
      raise unreadable(doing, "no HTTP"), cause: nil
    rescue *GONE
      raise Error.agent_gone(doing)
    end

    def parse(doing, response)
      text = response.body.to_s.dup.force_encoding(Encoding::UTF_8)
      body = text.empty? ? {} : JSON.parse(text, max_nesting: false)
      return body if body.is_a?(Hash) && response.is_a?(Net::HTTPSuccess)

      error = body["error"] if body.is_a?(Hash)
      raise error.is_a?(Hash) ? Error.from_agent(error) : unreadable(doing, "status #{response.code}")
    rescue JSON::ParserError
      raise unreadable(doing, "status #{response.code}"), cause: nil
    end

    # The text itself stays out, also as a cause: it may hold a value.
    def unreadable(doing, how)
      Error.new("unexpected", "the Heddle agent gave an answer that cannot be read while #{doing} (#{how})")
    end
  end
end
