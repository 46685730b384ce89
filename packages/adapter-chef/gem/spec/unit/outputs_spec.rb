# frozen_string_literal: true

require_relative "../support/woven_node"

RSpec.describe Heddle::Chef::Outputs do
  include WovenNode

  def node_with(outputs, **options, &saved)
    woven_node(outputs: outputs, **options, &saved).tap { |node| begin_run(node) }
  end

  # Only in a run: what Chef itself writes before is no assignment.
  def begin_run(node)
    Chef::RunContext.new(node, nil, Chef::EventDispatch::Dispatcher.new)
  end

  def flushed(...)
    client.published.clear
    outputs.flush(...)
    client.published.first
  end

  it "sends nothing if nothing changed" do
    node_with({ "x" => %w[x v] })
    outputs.settle
    expect(client.published).to eq([])
    expect(flushed(everything: true)).to be_nil
  end

  it "sends only facts about the machine until the attribute files are done" do
    node = node_with({ "x" => %w[x v], "os" => %w[os] })
    node.automatic["os"] = "linux"
    node.default["x"]["v"] = 1
    expect(flushed).to eq("os" => { "value" => "linux", "origin" => "automatic" })
    outputs.settle
    expect(client.published.last).to eq("x" => { "value" => 1, "origin" => "default" })
  end

  it "reads nothing and sends nothing while a write is under way" do
    node = node_with({ "x" => %w[x v] })
    outputs.settle
    node.default["x"]["v"] = 1
    expect(client.published).to eq([])
    expect(flushed).to eq("x" => { "value" => 1, "origin" => "written", "source" => "shop/recipes/app.rb:1" })
    expect(flushed).to be_nil
  end

  it "ignores writes elsewhere" do
    node = node_with({ "x" => %w[x v] })
    outputs.settle
    node.default["y"]["v"] = 1
    node.default["x"]["w"] = 1
    expect(flushed).to be_nil
  end

  it "does not take reading a level for writing it" do
    node = node_with({ "x" => %w[x], "y" => %w[y v] }) { |n| n.default["x"]["v"] = 1; n.default["y"]["v"] = 1 }
    outputs.settle
    node.override["x"]
    node.override["y"]
    expect(flushed(everything: true)).to be_nil
  end

  it "takes a parent for an assignment only if it holds the path" do
    node = node_with({ "x" => %w[x v], "y" => %w[y v] }) { |n| n.default["x"]["v"] = 1; n.default["y"]["v"] = 1 }
    outputs.settle
    node.override["x"] = { "v" => 1 }
    node.override["y"] = { "w" => 1 }
    expect(flushed(everything: true).keys).to eq(%w[x])
  end

  it "takes a write below for an assignment" do
    node = node_with({ "x" => %w[x] }) { |n| n.default["x"] = { "v" => 1 } }
    outputs.settle
    node.override["x"]["v"] = 1
    expect(flushed["x"]).to include("origin" => "written", "value" => { "v" => 1 })
  end

  it "sees bulk writers and whole levels" do
    node = node_with({ "a" => %w[a v], "b" => %w[b v], "c" => %w[c v] })
    %w[a b c].each { |key| node.default[key]["v"] = 1 }
    outputs.settle
    node.default["a"].merge!(v: 1)
    node.default["b"].update("v" => 1)
    node.attributes.env_override = { "c" => { "v" => 1 } }
    expect(flushed.values.map { |report| report["origin"] }).to eq(%w[written written written])
  end

  it "tells saved values from defaults" do
    node = node_with({ "x" => %w[x v], "y" => %w[y v], "z" => %w[z v] }) { |n| n.normal = { "x" => { "v" => 1 }, "y" => { "v" => 1 }, "z" => { "v" => 1 } } }
    node.consume_attributes("y" => { "v" => 1 })
    node.force_override["z"]["v"] = 2
    outputs.settle
    expect(client.published.first.transform_values { |report| report["origin"] }).to eq("x" => "saved", "y" => "default", "z" => "default")
  end

  it "tells 1 from 1.0" do
    node = node_with({ "x" => %w[x v] })
    node.default["x"]["v"] = 1
    outputs.settle
    node.default["x"]["v"] = 1.0
    expect(flushed["x"]["value"]).to be_a(Float)
  end

  it "never waits for an input, and comes back to the output later" do
    node = node_with({ "url" => %w[url], "copy" => %w[db] }, declared: [%w[db host]])
    node.default["url"] = Chef::DelayedEvaluator.new { "http://#{node["db"]["host"]}" }
    outputs.settle
    expect(client.published).to eq([])
    client.provide(%w[db host], "h")
    node["db"]["host"]
    expect(flushed).to eq("url" => { "value" => "http://h", "origin" => "default" },
      "copy" => { "value" => { "host" => "h" }, "origin" => "default" })
  end

  it "takes an error of a lazy value for not yet, and comes back to the output later" do
    node = node_with({ "url" => %w[app url], "conf" => %w[app conf], "deep" => %w[app lazy_map v] })
    address = -> { "http://" + node["app"]["server"]["host"] }
    node.default["app"]["url"] = Chef::DelayedEvaluator.new { address.call }
    node.default["app"]["conf"] = { "urls" => [Chef::DelayedEvaluator.new { address.call }] }
    node.default["app"]["lazy_map"] = Chef::DelayedEvaluator.new { { "v" => Chef::DelayedEvaluator.new { address.call } } }
    outputs.settle
    expect(client.published).to eq([])
    expect(flushed).to be_nil
    node.default["app"]["server"]["host"] = "h"
    expect(flushed).to eq("url" => { "value" => "http://h", "origin" => "written" },
      "conf" => { "value" => { "urls" => ["http://h"] }, "origin" => "written" },
      "deep" => { "value" => "http://h", "origin" => "written" })
  end

  it "tells again what the agent has not acknowledged" do
    node = node_with({ "x" => %w[x v], "y" => %w[y v] })
    outputs.settle
    node.default["x"]["v"] = 1
    allow(client).to receive(:publish).and_raise(Timeout::Error)
    expect { outputs.flush }.to raise_error(Timeout::Error)
    allow(client).to receive(:publish).and_call_original
    node.default["y"]["v"] = 2
    expect(flushed.transform_values { |told| told["value"] }).to eq("x" => 1, "y" => 2)
    expect(flushed(everything: true)).to be_nil
  end

  it "finds an output in a lazy map above an input, and neither waits nor fails before that map is ready" do
    ready = false
    node = node_with({ "port" => %w[db port], "copy" => %w[db host], "whole" => %w[app] }, declared: [%w[db host], %w[app db host]])
    node.default["db"] = Chef::DelayedEvaluator.new { ready ? { "port" => 1 } : raise("not yet") }
    node.default["app"]["db"] = Chef::DelayedEvaluator.new { raise "never" }
    outputs.settle
    expect(client.published).to eq([])
    ready = true
    expect(flushed.transform_values { |told| told["value"] }).to eq("port" => 1)
    expect(client.asked).to eq([])
  end

  it "comes back to it without a write below the same key" do
    ready = false
    node = node_with({ "url" => %w[app url] })
    node.default["app"]["url"] = Chef::DelayedEvaluator.new { ready ? "u" : raise(LoadError, "no such gem yet") }
    outputs.settle
    ready = true
    expect(flushed["url"]["value"]).to eq("u")
    expect(flushed).to be_nil
  end

  it "leaves out what cannot be evaluated until the end, and the run goes on" do
    node = node_with({ "never" => %w[app never], "self" => %w[app self], "x" => %w[x] })
    node.default["app"]["never"] = Chef::DelayedEvaluator.new { raise "s3cr3t" }
    node.default["app"]["self"] = Chef::DelayedEvaluator.new { node["app"]["self"] }
    outputs.settle
    node.default["x"] = 1
    expect(flushed(everything: true).keys).to eq(%w[x])
    expect(latch).not_to be_tripped
  end

  it "still refuses what a lazy value gives if that is no data" do
    node = node_with({ "x" => %w[x v] })
    node.default["x"]["v"] = [Chef::DelayedEvaluator.new { Object.new }]
    expect { outputs.settle }.to raise_error(Heddle::Abort, /\[wrong-type\] output x/)
  end

  it "keeps nothing that a lazy value has read in Chef's cache" do
    node = node_with({ "copy" => %w[copy], "failing" => %w[failing] })
    node.default["a"]["v"] = +"early"
    node.default["b"]["v"] = "cached"
    node["b"]
    node.default["copy"] = Chef::DelayedEvaluator.new { node["a"]["v"] + node["b"]["v"] }
    node.default["failing"] = Chef::DelayedEvaluator.new { node["a"]["v"] + nil }
    outputs.settle
    expect(node.attributes.deep_merge_cache.keys).to eq(%w[b])
    node.default["a"]["v"] << " bird"
    expect(node["a"]["v"]).to eq("early bird")
  end

  it "takes nil for absent" do
    node = node_with({ "x" => %w[x v], "list" => ["list", 1] })
    outputs.settle
    node.default["x"]["v"] = nil
    node.default["list"] = [1]
    expect(flushed).to be_nil
    node.default["list"] = [1, 2]
    expect(flushed["list"]["value"]).to eq(2)
  end

  it "stops the run at a value that is no data" do
    node = node_with({ "x" => %w[x v] })
    outputs.settle
    node.default["x"]["v"] = Float::NAN
    expect { outputs.flush }.to raise_error(Heddle::Abort, /\[wrong-type\] output x/)
    expect(latch).to be_tripped
    expect(flushed(everything: true)).to be_nil
  end

  it "names the place that wrote a value that is no data, also in an attribute file" do
    node = node_with({ "x" => %w[x v] })
    node.default["x"]["v"] = -> {}
    expect { outputs.settle }.to raise_error(Heddle::Abort, %r{\n  at shop/recipes/app\.rb:1\z})
  end

  describe "of a sensitive kind" do
    it "are known as soon as they are written, before a safe point has seen them" do
      node = node_with({ "x" => %w[x v], "y" => %w[y v] }, sensitive: [%w[x v]])
      outputs.settle
      expect(outputs.secrets).to eq([])
      node.default["x"]["v"] = "first"
      expect(outputs.secrets).to eq(%w[first])
      node.default["x"]["v"] = "second"
      node.default["y"]["v"] = "open"
      expect(outputs.secrets).to eq(%w[first second])
      expect(client.published).to eq([])
      expect(flushed.transform_values { |told| told["value"] }).to eq("x" => "second", "y" => "open")
    end

    it "are known from the node's saved file, and in a why-run" do
      node = node_with({ "x" => %w[x v] }, sensitive: [%w[x v]], why_run: true) { |saved| saved.normal["x"]["v"] = "kept" }
      expect(outputs.secrets).to eq(%w[kept])
      node.default["x"]["v"] = "lower"
      node.override["x"]["v"] = "new"
      expect(outputs.secrets).to eq(%w[kept new])
    end

    it "come back from the agent with whatever it has kept, also where no sensitive output has the path any more" do
      kept = { %w[x v] => "own", %w[y v] => "open now", %w[z v] => "nobody's", %w[z] => { "v" => "older", "w" => "beside" }, %w[saved v] => "older" }
      node = node_with({ "x" => %w[x v], "y" => %w[y v] }, sensitive: [%w[x v]], kept: kept) { |saved| saved.normal["saved"]["v"] = "saved" }
      outputs.settle
      expect(node.normal.to_h).to eq("saved" => { "v" => "saved" }, "x" => { "v" => "own" }, "y" => { "v" => "open now" },
        "z" => { "v" => "nobody's", "w" => "beside" })
      expect(client.published.last).to eq("x" => { "value" => "own", "origin" => "saved", "kept" => true }, "y" => { "value" => "open now", "origin" => "saved" })
      expect(outputs.secrets).to include("own", "open now", "nobody's")
      expect(outputs.kept).to contain_exactly("own", "nobody's", { "v" => "older", "w" => "beside" }, "older")
    end

    it "are looked at again as long as something lazy has no value" do
      value = nil
      node = node_with({ "x" => %w[x v], "y" => %w[y v], "z" => %w[z v] }, declared: [%w[db host]], sensitive: [%w[x v], %w[y v], %w[z v]])
      node.default["x"] = Chef::DelayedEvaluator.new { { "v" => value } }
      node.default["y"]["v"] = Chef::DelayedEvaluator.new { value ? "raised first" : raise("not yet") }
      node.default["z"]["v"] = Chef::DelayedEvaluator.new { node["db"]["host"] }
      outputs.settle
      expect(outputs.secrets).to eq([])
      value = "nil first"
      expect(outputs.secrets).to contain_exactly("nil first", "raised first")
      client.provide(%w[db host], "blocked first")
      node["db"]["host"]
      expect(outputs.secrets).to contain_exactly("nil first", "raised first", "blocked first")
    end

    it "are looked at once where nothing is lazy, be there a value or not" do
      node = node_with({ "x" => %w[x v], "y" => %w[y v] }, sensitive: [%w[x v], %w[y v]])
      node.default["x"]["v"] = "made"
      outputs.settle
      outputs.secrets
      allow(node.attributes).to receive(:merged_attributes).and_call_original
      expect(outputs.secrets).to eq(%w[made])
      expect(node.attributes).not_to have_received(:merged_attributes)
    end

    it "may be asked for in a signal handler, where Chef logs too" do
      node = node_with({ "x" => %w[x v] }, sensitive: [%w[x v]])
      outputs.settle
      node.default["x"]["v"] = "made"
      seen = nil
      before = trap("USR1") { seen = outputs.secrets }
      Process.kill("USR1", Process.pid)
      expect(seen).to eq(%w[made])
    ensure
      trap("USR1", before) if before
    end

    it "are looked at by the run's own thread: no other evaluates the cookbook's lazy blocks" do
      node = node_with({ "x" => %w[x v] }, sensitive: [%w[x v]])
      outputs.settle
      threads = []
      node.default["x"]["v"] = Chef::DelayedEvaluator.new { threads.push(Thread.current) && "made" }
      expect(Thread.new { outputs.secrets }.value).to eq([])
      expect(outputs.secrets).to eq(%w[made])
      expect(Thread.new { outputs.secrets }.value).to eq(%w[made])
      expect(threads).to eq([Thread.current])
    end

    it "may be lazy, not yet there, or no data: that is for the next safe point to say" do
      node = node_with({ "x" => %w[x v], "y" => %w[y v], "z" => %w[z v] }, declared: [%w[db host]], sensitive: [%w[x v], %w[y v], %w[z v]])
      outputs.settle
      seen = []
      node.default["x"]["v"] = Chef::DelayedEvaluator.new { seen.concat(outputs.secrets) && "made" }
      node.default["y"]["v"] = Chef::DelayedEvaluator.new { node["db"]["host"] }
      node.default["z"]["v"] = -> {}
      expect(outputs.secrets).to eq(%w[made])
      expect([seen, client.asked]).to eq([[], []])
    end
  end

  it "is silent in why-run mode" do
    node = node_with({ "x" => %w[x v] }, why_run: true)
    outputs.settle
    node.default["x"]["v"] = 1
    outputs.flush(everything: true)
    outputs.finish
    expect(client.published).to eq([])
  end
end
