# frozen_string_literal: true

require_relative "../support/woven_node"

RSpec.describe "the merged view" do
  include WovenNode

  def shim_calls
    calls = []
    trace = TracePoint.new(:call, :b_call) { |point| calls << "#{point.path}:#{point.lineno}" if point.path.include?("lib/heddle") }
    trace.enable { yield }
    calls
  end

  it "leaves the read method to Chef" do
    woven_node
    expect(Chef::Node::Attribute.instance_method(:[]).owner.name).to start_with("Chef::Node")
  end

  it "runs no line of the shim on a local read" do
    node = woven_node(values: { %w[db host] => "h" })
    node.default["local"]["a"]["b"] = 1
    node["local"]
    expect(shim_calls { 10.times { node["local"]["a"]["b"] } }).to eq([])
    expect(shim_calls { node["db"]["host"] }).not_to eq([])
  end

  it "runs no line of the shim on a second read of a value" do
    node = woven_node(values: { %w[db host] => "h" })
    node["db"].to_h
    expect(shim_calls { node["db"]["host"] }).to eq([])
  end

  it "refuses to cover a list of the cookbook's own by an input that goes through an index of it" do
    node = woven_node(values: { %w[redis servers 0 address] => "h" })
    node.default["redis"]["servers"] = [{ "port" => 1 }]
    expect { node["redis"]["servers"] }.to raise_error(Heddle::Abort, /input redis\.servers\.0\.address .* node attribute redis\.servers is an Array/)
    expect(latch).to be_tripped
    node = woven_node(values: { %w[redis servers 0 address] => "h" })
    node.default["redis"]["servers"] = { "0" => { "port" => 1 } }
    expect(node["redis"]["servers"]["0"].to_h).to eq("port" => 1, "address" => "h")
  end

  it "does not touch nodes other than the run's" do
    woven_node(values: { %w[db host] => "h" })
    other = Chef::Node.new
    other.default["db"]["host"] = "local"
    expect(other["db"]["host"]).to eq("local")
    expect(other["db"]).to be_instance_of(Chef::Node::ImmutableMash)
    expect(other.key?("k")).to be(false)
    expect(client.asked).to eq([])
  end

  it "asks once, whatever is written in between" do
    node = woven_node(values: { %w[db host] => "h" })
    node["db"]["host"]
    node.default["db"]["other"] = 1
    node["db"]["host"]
    expect(client.asked).to eq(%w[db.host])
  end

  it "waits for one key without waiting for its neighbours" do
    node = woven_node(values: { %w[db host] => "h" }, declared: [%w[db host], %w[db port], %w[cache host]])
    node.default["db"]["local"] = 1
    expect(node["db"]["host"]).to eq("h")
    expect(node["db"]["local"]).to eq(1)
    expect(node["db"].keys).to contain_exactly("host", "port", "local")
    expect(node.map { |key, _| key }).to contain_exactly("db", "cache")
  end

  it "covers whatever the node itself has on the way" do
    node = woven_node(values: { %w[a b c] => 1 })
    node.override["a"]["b"] = "scalar"
    expect(node["a"]["b"]["c"]).to eq(1)
  end

  it "merges a map over a local map, and replaces everything else" do
    node = woven_node(values: { %w[m] => { "x" => { "b" => 2 } }, %w[l] => [1], %w[s] => { "k" => 1 } })
    node.default["m"] = { "x" => { "a" => 1, "b" => 1 }, "y" => 3 }
    node.override["l"] = [7, 8]
    node.default["s"] = "scalar"
    expect(node["m"].to_h).to eq("x" => { "a" => 1, "b" => 2 }, "y" => 3)
    expect(node["l"]).to eq([1]).and be_instance_of(Chef::Node::ImmutableArray)
    expect(node["s"]).to eq("k" => 1).and be_instance_of(Chef::Node::ImmutableMash)
  end

  it "keeps local lazy attributes beside an input lazy" do
    node = woven_node(values: { %w[m] => { "x" => 1 } })
    node.default["m"]["later"] = Chef::DelayedEvaluator.new { 42 }
    expect(node["m"]["later"]).to eq(42)
  end

  it "keeps a lazy local map above an input, evaluated at each read" do
    node = woven_node(values: { %w[db host] => "h", %w[a b c] => 1, %w[m] => { "x" => { "new" => 1 } } })
    port = 0
    node.default["db"] = Chef::DelayedEvaluator.new { { "port" => port += 1, host: "mine" } }
    node.default["a"] = { "own" => 2, "b" => Chef::DelayedEvaluator.new { { "d" => node["a"]["own"] } } }
    node.default["m"]["x"] = Chef::DelayedEvaluator.new { Chef::DelayedEvaluator.new { { "old" => 0 } } }
    expect(node["db"].to_h).to eq("port" => 1, "host" => "h")
    expect([node["db"]["port"], node["db"]["host"], node.exist?("db", "port")]).to eq([2, "h", true])
    expect(node["a"].keys).to eq(%w[own b])
    expect(node["a"]["b"].to_h).to eq("d" => 2, "c" => 1)
    expect(node["a"].to_h).to eq("own" => 2, "b" => { "d" => 2, "c" => 1 })
    expect(node.to_h.values_at("a", "m")).to eq([{ "own" => 2, "b" => { "d" => 2, "c" => 1 } }, { "x" => { "old" => 0, "new" => 1 } }])
  end

  it "lets a lazy local map give what another input holds" do
    node = woven_node(values: { %w[db host] => "h", %w[pool size] => 4 })
    node.default["db"] = Chef::DelayedEvaluator.new { node["pool"] }
    expect(node["db"].to_h).to eq("size" => 4, "host" => "h")
    expect(node["pool"].to_h).to eq("size" => 4)
  end

  it "reads inside a value by path" do
    node = woven_node(values: { %w[m] => { "x" => { "y" => [5] } } })
    expect(node.read("m", "x", "y", 0)).to eq(5)
    expect(node.exist?("m", "x", "y")).to be(true)
    expect(node.exist?("m", "nope")).to be(false)
    expect(node.attributes.merged_attributes("m", "x")).to eq("y" => [5])
  end

  it "neither waits nor shows values in the text of a NameError" do
    known = woven_node(values: { %w[k p] => "s3cr3t" })
    known["k"]["p"]
    [known, woven_node(declared: [%w[k p]])].each do |node|
      expect { node["k"].nonsense }.to raise_error(NoMethodError, /{"p"=>#<heddle input k\.p>}/)
    end
  end

  it "does so whoever asks for the text, and however late" do
    node = woven_node(declared: [%w[k p]])
    error = begin
      node["k"].nonsense
    rescue NoMethodError => e
      e
    end
    texts = begin
      raise "another error"
    rescue RuntimeError
      [error.message, error.to_s, error.inspect, error.full_message(highlight: false)]
    end
    expect(texts).to all(include('{"p"=>#<heddle input k.p>}'))
    expect(client.asked).to eq([])
  end

  it "shows values in every other text while a NameError is being handled" do
    node = woven_node(values: { %w[k a p] => "10.0.0.1" })
    text = begin
      node["k"].nonsense
    rescue NoMethodError => e
      e.message && [node["k"].to_s, node["k"].inspect, { **node["k"]["a"] }.inspect]
    end
    expect(text).to eq(['{"a"=>{"p"=>"10.0.0.1"}}', '{"a"=>{"p"=>"10.0.0.1"}}', '{"p"=>"10.0.0.1"}'])
  end

  it "puts no value into what Chef saves" do
    node = woven_node(values: { %w[db password] => "s3cr3t", %w[top] => "s3cr3t" })
    node.name("web-0")
    [node["db"]["password"], node["top"]]
    expect(Chef::JSONCompat.to_json(node)).not_to include("s3cr3t")
  end

  it "treats every method of a mash one way or another" do
    mash = Heddle::Chef::GuardedMash
    refused = Chef::Node::Mixin::ImmutablizeHash::DISALLOWED_MUTATOR_METHODS
    decided = mash::OPEN + mash::KEYED.keys + mash.settling_methods + refused + mash.public_instance_methods(false)
    undecided = (Hash.public_instance_methods(false) + Enumerable.public_instance_methods(false)) - decided
    expect(undecided).to eq([])
  end
end
