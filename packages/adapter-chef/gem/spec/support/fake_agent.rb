# frozen_string_literal: true

require "json"
require "socket"
require "tmpdir"

# An agent of a few lines: it speaks docs/protocol.md over a Unix socket, holds
# values back until it is told to hand them out, and remembers every request.
class FakeAgent
  Request = Struct.new(:verb, :route, :body, :headers, keyword_init: true)

  attr_reader :socket

  # @param inputs [Hash{Array=>Object}] path to value; a Proc is called per request and
  #   may return {error: {...}}, or :absent (an await without wait then answers missing-value)
  # @param outputs [Hash{String=>Array}] name to path
  # @param sensitive [Array<Array>] paths of inputs and outputs
  # @param kept [Hash{Array=>Object}] path to value
  # @param peers [Array<Hash>, nil] the nodes of the deployment, for a role that searches
  # @param preview [Boolean] whether it takes the run for a why-run
  # @param peer_values [Hash{Array=>Object}] [node, output] to value, as with inputs
  def initialize(inputs: {}, outputs: {}, sensitive: [], own: [], on_publish: nil, peers: nil, peer_values: {},
    preview: false, kept: {})
    @declared = inputs.keys
    @kept = kept
    @inputs = inputs.merge(peer_values)
    @peers = peers
    @preview = preview
    @outputs = outputs
    @sensitive = sensitive
    @own = own
    @on_publish = on_publish
    @requests = []
    @lock = Mutex.new
    @changed = ConditionVariable.new
    @directory = Dir.mktmpdir("heddle-agent")
    @socket = File.join(@directory, "agent.sock")
    @server = UNIXServer.new(@socket)
    @connections = []
    @thread = Thread.new { serve }
    @thread.report_on_exception = false
  end

  def requests
    @lock.synchronize { @requests.dup }
  end

  # The inputs that were asked for, as dotted paths, with the place of the first read.
  def awaits
    requests.select { |r| r.route == "await" }.reverse.to_h { |r| [wanted(r.body).join("."), r.body["source"]] }
  end

  def publishes
    requests.select { |r| r.route == "publish" }
  end

  # All reports of an output, in order.
  def reports(name)
    publishes.filter_map { |r| r.body["outputs"][name] }
  end

  def states
    requests.select { |r| r.route == "state" }.map(&:body)
  end

  # Block until so many requests fulfil the condition.
  def wait_for(count: 1, timeout: 60)
    deadline = Process.clock_gettime(Process::CLOCK_MONOTONIC) + timeout
    @lock.synchronize do
      loop do
        found = @requests.select { |request| yield request }
        return found.last if found.size >= count

        rest = deadline - Process.clock_gettime(Process::CLOCK_MONOTONIC)
        raise "the agent never saw the expected request; it saw #{@requests.map(&:to_h)}" unless rest.positive?

        @changed.wait(@lock, rest)
      end
    end
  end

  # Make a value available to readers, also to those that wait already.
  def provide(path, value)
    @lock.synchronize do
      @inputs[path] = value
      @changed.broadcast
    end
  end

  # Vanish: close the socket and every open connection without an answer.
  def vanish
    @thread.kill
    @server.close
    File.unlink(@socket) if File.exist?(@socket)
    @lock.synchronize { @connections.dup }.each { |connection| connection.close unless connection.closed? }
  end

  def stop
    vanish unless @server.closed?
    FileUtils.remove_entry(@directory) if File.directory?(@directory)
  end

  private

  def serve
    loop do
      connection = @server.accept
      @lock.synchronize { @connections << connection }
      Thread.new(connection) { |c| handle(c) }.report_on_exception = false
    end
  end

  def handle(connection)
    verb, target, = connection.gets.split
    headers = {}
    until (line = connection.gets.chomp).empty?
      name, value = line.split(": ", 2)
      headers[name.downcase] = value
    end
    text = connection.read(headers.fetch("content-length", "0").to_i).force_encoding("UTF-8")
    request = Request.new(verb: verb, route: target == "/v1/runs" ? "runs" : target.split("/")[4].to_s, headers: headers,
      body: text.empty? ? nil : JSON.parse(text))
    remember(request)
    return hold(connection) if request.route == "runs"

    answer(connection, *respond(request))
  rescue IOError, SystemCallError
    nil
  ensure
    connection.close unless connection.closed?
  end

  def remember(request)
    @lock.synchronize do
      @requests << request
      @changed.broadcast
    end
  end

  # Let a run from outside in, and remember when its process has ended.
  def hold(connection)
    text = JSON.generate({ deployment: "shop", epoch: "1", node: "web-0", role: "app", run: "r7" })
    connection.write("HTTP/1.1 200 X\r\nContent-Type: application/json\r\nContent-Length: #{text.bytesize}\r\n\r\n#{text}")
    connection.read
    remember(Request.new(verb: nil, route: "left"))
  end

  def respond(request)
    case request.route
    when "" then [200, declaration]
    when "await" then await(request.body)
    when "publish"
      error = @on_publish&.call(request.body)
      error ? [409, { error: error }] : [200, { published: [], held: [], unchanged: [] }]
    when "state" then [204, nil]
    else [404, { error: { code: "not-found", message: "no such route", exitCode: 1 } }]
    end
  end

  def declaration
    { protocol: 1, deployment: "shop", node: "web-0", role: "app", run: "r1",
      **(@peers ? { peers: @peers } : {}), **(@preview ? { preview: true } : {}),
      **(@kept.empty? ? {} : { kept: @kept.map { |path, value| { path: path, value: value } } }),
      inputs: @declared.map { |path| declared_input(path) },
      outputs: @outputs.map { |name, path| declared_output(name, path) } }
  end

  def declared_output(name, path)
    { name: name, path: path, sensitive: @sensitive.include?(path), publish: "settled" }
  end

  def declared_input(path)
    { path: path, sensitive: @sensitive.include?(path), **(@own.include?(path) ? { own: true } : {}) }
  end

  def await(body)
    value = lookup(wanted(body))
    return missing if value == :absent && body["wait"] == false

    value = wait_until_provided(wanted(body)) if value == :absent
    return [value[:status] || 424, { error: value[:error] }] if value.is_a?(Hash) && value.key?(:error)

    [200, { value: value, type: "any", sensitive: false, waitedMs: 1 }]
  end

  # An input's path, or the node and the name of an output.
  def wanted(body)
    body["path"] || body.values_at("node", "output")
  end

  def lookup(path)
    value = @lock.synchronize { @inputs.fetch(path) }
    value.respond_to?(:call) ? value.call : value
  end

  def wait_until_provided(path)
    @lock.synchronize do
      @changed.wait(@lock) while @inputs[path] == :absent
      @inputs[path]
    end
  end

  def missing
    [409, { error: { code: "missing-value", message: "not there yet", exitCode: 21, retryable: false } }]
  end

  def answer(connection, status, body)
    text = body ? JSON.generate(body) : ""
    connection.write("HTTP/1.1 #{status} X\r\nContent-Type: application/json\r\n" \
                     "Content-Length: #{text.bytesize}\r\nConnection: close\r\n\r\n#{text}")
  end
end
