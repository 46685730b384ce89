# frozen_string_literal: true

require "heddle/client"

RSpec.describe Heddle::Client do
  let(:agent) { FakeAgent.new(inputs: { %w[db host] => "grüß", %w[db none] => nil }, outputs: { "x" => %w[x] }) }
  let(:client) { described_class.new(socket: agent.socket, role: "app", run: "r1") }

  after { agent.stop }

  it "asks for the declaration of its role" do
    expect(client.declaration).to include("protocol" => 1, "role" => "app")
    expect(agent.requests.first.headers).to include("heddle-run" => "r1")
  end

  it "sends no run id if there is none" do
    described_class.new(socket: agent.socket, role: "app", run: "").declaration
    expect(agent.requests.first.headers).not_to include("heddle-run")
  end

  it "awaits in UTF-8" do
    expect(client.await(%w[db host], source: "shop/recipes/app.rb:1")["value"]).to eq("grüß")
    expect(agent.requests.first.body).to eq("path" => %w[db host], "source" => "shop/recipes/app.rb:1",
      "background" => false, "wait" => true)
  end

  it "tells a nil value from none" do
    expect(client.await(%w[db none])).to include("value" => nil)
  end

  it "publishes outputs and the end" do
    client.publish({ "x" => { "value" => [1, { "ü" => nil }], "origin" => "written" } })
    client.publish({}, last: true)
    expect(agent.publishes.map(&:body)).to eq([
      { "outputs" => { "x" => { "value" => [1, { "ü" => nil }], "origin" => "written" } }, "end" => false },
      { "outputs" => {}, "end" => true },
    ])
  end

  it "raises what the agent answers" do
    agent.provide(%w[db host], { error: { code: "deadlock", message: "a cycle", exitCode: 22, retryable: false,
                                          notes: ["n1", "n2"], next: ["heddle why"] } })
    expect { client.await(%w[db host]) }.to raise_error(Heddle::Error) { |error|
      expect(error).to have_attributes(code: "deadlock", exit_code: 22, message: "a cycle", notes: %w[n1 n2], next_steps: ["heddle why"])
      expect(error.details).to include("retryable" => false)
      expect(error.full_text).to eq("a cycle\n  n1\n  n2\n  try: heddle why")
    }
  end

  it "knows an agent that is not there" do
    agent.stop
    expect { client.declaration }.to raise_error(Heddle::Error) { |error|
      expect(error).to have_attributes(code: "agent-gone", exit_code: 24)
    }
  end

  it "knows an agent that goes away without an answer" do
    agent.provide(%w[db host], :absent)
    waiting = Thread.new { client.await(%w[db host]) }
    waiting.report_on_exception = false
    agent.wait_for { |request| request.route == "await" }
    agent.vanish
    expect { waiting.value }.to raise_error(Heddle::Error, /went away while waiting for db\.host/)
  end

  it "does not repeat a request" do
    agent.provide(%w[db host], -> { raise IOError })
    expect { client.await(%w[db host]) }.to raise_error(Heddle::Error)
    expect(agent.requests.size).to eq(1)
  end

  # what answers => the answer, and what is told of it
  {
    "no JSON" => ["HTTP/1.1 502 Bad\r\n", "s3cr3t", "status 502"],
    "a list" => ["HTTP/1.1 200 OK\r\n", '["s3cr3t"]', "status 200"],
    "a list in the place of an error" => ["HTTP/1.1 500 Bad\r\n", '["s3cr3t"]', "status 500"],
    "an error that is a text" => ["HTTP/1.1 500 Bad\r\n", '{"error":"s3cr3t"}', "status 500"],
    "no HTTP" => ["s3cr3t\r\n", "", "no HTTP"],
    "HTTP with a broken head" => ["HTTP/1.1 200 OK\r\ns3cr3t\r\n", "{}", "no HTTP"],
  }.each do |what, (head, body, told)|
    it "refuses an answer that is #{what}, without quoting it" do
      server = UNIXServer.new("#{agent.socket}.odd")
      Thread.new do
        connection = server.accept
        connection.readpartial(4096)
        connection.write("#{head}Content-Length: #{body.bytesize}\r\nConnection: close\r\n\r\n#{body}")
        connection.close
      end
      odd = described_class.new(socket: "#{agent.socket}.odd", role: "app")
      expect { odd.declaration }.to raise_error(Heddle::Error) { |error|
        expect(error).to have_attributes(code: "unexpected", message: include(told), cause: nil)
        expect(error.message).not_to include("s3cr3t")
      }
    end
  end

  it "serves many threads at once" do
    values = Array.new(8) { Thread.new { client.await(%w[db host])["value"] } }.map(&:value)
    expect(values.uniq).to eq(["grüß"])
  end
end
