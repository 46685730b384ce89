# frozen_string_literal: true

require_relative "../support/woven_node"

RSpec.describe Heddle::Chef::Pending do
  include WovenNode

  # C code that looks a key up in the storage of a mash gets it like this.
  def escaped(value)
    woven_node(values: { %w[a v] => value })["a"].internal_get("v")
  end

  it "does not look at the value on its way through Chef" do
    pending = woven_node(declared: [%w[a v]])["a"].internal_get("v")
    expect(pending.dup.clone.freeze).to be(pending)
    expect(pending.frozen?).to be(true)
    expect(Chef::DelayedEvaluator === pending).to be(true)
    expect(pending.is_a?(Chef::DelayedEvaluator)).to be(true)
    expect(client.asked).to eq([])
  end

  it "stands in for text" do
    text = escaped("web")
    expect("<#{text}>").to eq("<web>")
    expect("a" + text).to eq("aweb")
    expect(text + "b").to eq("webb")
    expect(["x", text].join("-")).to eq("x-web")
    expect("web" == text).to be(true)
    expect(text == "web").to be(true)
    expect(text =~ /e/).to eq(1)
    expect(text[0]).to eq("w")
    expect(text.upcase).to eq("WEB")
    expect([text.class, text.is_a?(String), text.respond_to?(:upcase), text.nil?]).to eq([String, true, true, false])
    expect({ "web" => 1 }[text.to_s]).to eq(1)
    expect(JSON.generate([text])).to eq('["web"]')
    expect(text.inspect).to eq('"web"')
  end

  it "is not seen where C looks up one key of a map" do
    node = woven_node(values: { %w[a host] => "web", %w[a port] => 80 })
    expect("host:port".gsub(/\w+/, node["a"])).to eq("web:80")
  end

  it "stands in for numbers, nil and lists" do
    expect(1 + escaped(2)).to eq(3)
    expect(escaped(2) + 1).to eq(3)
    expect(2 == escaped(2)).to be(true)
    expect(escaped(nil).nil?).to be(true)
    expect(!escaped(false)).to be(true)
    expect([1] + escaped([2])).to eq([1, 2])
    expect(escaped([1, 2]).map { |n| n + 1 }).to eq([2, 3])
    expect(escaped({ "k" => 1 })["k"]).to eq(1)
  end

  it "passes on what the value does not know" do
    expect { escaped(1).nonsense }.to raise_error(NoMethodError)
  end
end
