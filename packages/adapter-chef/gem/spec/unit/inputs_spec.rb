# frozen_string_literal: true

require_relative "../support/woven_node"

RSpec.describe Heddle::Chef::Inputs do
  include WovenNode

  it "does not block where blocking is forbidden, not even through a rescue" do
    node = woven_node(declared: [%w[a v]])
    result = inputs.without_blocking(:blocked) do
      node["a"]["v"]
    rescue Exception
      :hidden
    end
    expect(result).to eq(:blocked)
    expect(client.asked).to eq([])
  end

  it "gives known values there, and blocks again afterwards" do
    node = woven_node(values: { %w[a v] => 1 })
    expect(inputs.without_blocking(:blocked) { inputs.without_blocking(:blocked) { node["a"]["v"] } }).to eq(:blocked)
    expect(node["a"]["v"]).to eq(1)
    expect(inputs.without_blocking(:blocked) { node["a"]["v"] }).to eq(1)
  end

  it "fails every later read once a wait has failed" do
    node = woven_node(values: { %w[b v] => 1 }, declared: [%w[a v], %w[b v]])
    expect { node["a"]["v"] }.to raise_error(Heddle::Abort)
    expect { node["b"]["v"] }.to raise_error(Heddle::Abort)
    expect(client.asked).to eq(%w[a.v])
  end

  it "names the sensitive values while another thread reads an input" do
    woven_node(values: { %w[a one] => "s3cr3t", %w[a two] => "more" })
    one, two = %w[one two].map { |key| Heddle::Chef::Declaration::Input.new(path: ["a", key], sensitive: true, own: false) }
    inputs.read(one)
    # The other thread comes in just while the values are being looked through.
    allow(one).to receive(:sensitive) { Thread.new { inputs.read(two) }.join && true }
    expect(inputs.secrets).to eq(%w[s3cr3t])
    expect(inputs.secrets).to eq(%w[s3cr3t more])
  end

  it "names the sensitive values that were delivered" do
    node = woven_node(values: { %w[a secret] => "s3cr3t", %w[a port] => 3306, %w[a none] => nil, %w[a empty] => "",
                                %w[a tree] => { "user" => [{ "key" => "k3y" }] } },
      sensitive: [%w[a secret], %w[a none], %w[a empty], %w[a tree]])
    node["a"].to_h
    expect(inputs.secrets).to contain_exactly("s3cr3t", "", { "user" => [{ "key" => "k3y" }] })
  end
end
