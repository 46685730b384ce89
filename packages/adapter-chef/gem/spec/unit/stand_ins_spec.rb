# frozen_string_literal: true

require_relative "../support/woven_node"

RSpec.describe Heddle::Chef::StandIns do
  include WovenNode

  before { allow(Chef::Log).to receive(:warn) }

  it "let the cookbook's own numbers, flags, lists and maps stand, and show a text for everything else" do
    own = { "n" => 1, "f" => false, "l" => [1], "m" => { "a" => 1 }, "t" => "text", "z" => Chef::DelayedEvaluator.new { 1 } }
    node = woven_node(declared: [*own.keys, "none"].map { |key| ["db", key] }, why_run: true)
    own.each { |key, value| node.default["db"][key] = value }
    expect(node["db"].to_h).to eq("n" => 1, "f" => false, "l" => [1], "m" => { "a" => 1 }, "t" => "#<heddle input db.t>",
      "z" => "#<heddle input db.z>", "none" => "#<heddle input db.none>")
    expect(node["db"]["t"]).to be_frozen
    expect(node["db"]["m"]).to be_instance_of(Chef::Node::ImmutableMash)
    expect(client.asked).to eq([])
  end

  it "leave what the cookbook has inside a map" do
    node = woven_node(declared: [%w[db]], why_run: true)
    node.default["db"]["host"] = "local"
    expect(node["db"]["host"]).to eq("local")
    expect(node.read("db", "port")).to be_nil
  end

  it "are announced once for each input" do
    node = woven_node(declared: [%w[db host], %w[db port]], why_run: true)
    2.times { node["db"].to_h }
    expect(Chef::Log).to have_received(:warn).with("a why-run does not read the input db.host: #<heddle input db.host> stands for it").once
    expect(Chef::Log).to have_received(:warn).twice
  end
end
