# frozen_string_literal: true

require "heddle/chef/progress"
require "json"

RSpec.describe Heddle::Chef::Progress do
  # Takes one report at a time, when the spec asks for it.
  let(:client) do
    Class.new do
      attr_reader :bodies, :gate

      def initialize
        @bodies = Thread::Queue.new
        @gate = Thread::Queue.new
      end

      def state(body)
        @bodies << body
        error = @gate.pop
        raise error if error.is_a?(Exception)
      end
    end.new
  end
  let(:progress) { described_class.new(client, mask: ->(text) { text.sub("s3cr3t", "[sensitive]") }, interval: 0) }

  def resource(key)
    instance_double(Chef::Resource, declared_key: key)
  end

  it "sends the latest step, and never makes the run wait" do
    progress.step(resource("file[/1]"))
    expect(client.bodies.pop).to eq(step: "file[/1]", updated: 0)
    progress.step(resource("file[/2]"))
    progress.updated
    progress.step(resource("file[/s3cr3t]"))
    client.gate << :go
    expect(client.bodies.pop).to eq(step: "file[/[sensitive]]", updated: 1)
    client.gate << :go
  end

  it "looks for new sensitive values in the run's own thread, before the step is sent" do
    seen = Thread::Queue.new
    progress = described_class.new(client, mask: ->(text) { text }, look: -> { seen << Thread.current }, interval: 0)
    progress.step(resource("file[/1]"))
    expect(client.bodies.pop).to include(step: "file[/1]")
    expect([seen.size, seen.pop]).to eq([1, Thread.current])
    client.gate << :go
  end

  it "tells how many resources changed in all, and survives a missing agent" do
    2.times { progress.updated }
    client.gate << Heddle::Error.new("agent-gone", "gone")
    expect(progress.finished).to be_nil
    expect(client.bodies.pop).to eq(updated: 2)
  end

  it "goes on when a report is lost" do
    progress.step(resource("file[/1]"))
    client.gate << Heddle::Error.new("agent-gone", "gone")
    client.bodies.pop
    progress.step(resource("file[/2]"))
    expect(client.bodies.pop).to include(step: "file[/2]")
    client.gate << :go
  end

  it "tells why the run fails, cut and masked, and survives a missing agent" do
    client.gate << Heddle::Error.new("agent-gone", "gone")
    expect(progress.failed("s3cr3t #{"x" * 9000}", "shop/recipes/app.rb:1")).to be_nil
    error = client.bodies.pop[:error]
    expect(error[:message]).to start_with("[sensitive] x").and have_attributes(size: described_class::MESSAGE_LIMIT)
    expect(error[:source]).to eq("shop/recipes/app.rb:1")
  end

  it "survives a report that cannot be made" do
    masked = Thread::Queue.new
    mask = lambda do |text|
      masked << text
      text.include?("bad") ? raise(ArgumentError, "invalid byte sequence") : text
    end
    progress = described_class.new(client, mask: mask, interval: 0)
    progress.step(resource("file[/bad]"))
    expect(masked.pop).to eq("file[/bad]")
    progress.step(resource("file[/2]"))
    client.gate << JSON::GeneratorError.new("source sequence is illegal/malformed utf-8")
    expect(client.bodies.pop).to include(step: "file[/2]")
    progress.step(resource("file[/3]"))
    client.gate << :go
    expect(client.bodies.pop).to include(step: "file[/3]")
    expect(progress.failed("bad", nil)).to be_nil
    client.gate << JSON::GeneratorError.new("source sequence is illegal/malformed utf-8")
    expect(progress.failed("good", nil)).to be_nil
  end
end
