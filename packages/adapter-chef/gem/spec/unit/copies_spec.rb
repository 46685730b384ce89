# frozen_string_literal: true

require_relative "../support/woven_node"

RSpec.describe Heddle::Chef::Copies do
  include WovenNode

  let(:values) { { %w[a ip] => "10.0.0.1", %w[a off] => false, %w[a none] => nil, %w[a deep port] => 80 } }
  let(:mash) { woven_node(values: values)["a"] }
  let(:delivered) { { "ip" => String, "off" => FalseClass, "none" => NilClass, "deep" => Heddle::Chef::GuardedMash } }

  # Asked in C, by the class itself: a stand-in does not get away with it.
  def classes(copy)
    copy.to_h { |key, value| [key, Kernel.instance_method(:class).bind_call(value)] }
  end

  {
    "{}.merge(mash)" => ->(mash) { {}.merge(mash) },
    "{}.merge(mash) with a block" => ->(mash) { { "ip" => 1 }.merge(mash) { |_key, _mine, theirs| theirs } },
    "{}.merge!(mash)" => ->(mash) { {}.merge!(mash) },
    "{}.update(other, mash)" => ->(mash) { {}.update({}, mash) },
    "{}.replace(mash)" => ->(mash) { {}.replace(mash) },
    "Hash[mash]" => ->(mash) { Hash[mash] },
    "a method that takes **rest" => ->(mash) { ->(**rest) { rest.keys.to_h { |key| [key, rest[key]] } }.call(**mash) },
  }.each do |form, copy|
    it "copies values, not what stands for them, with #{form}" do
      expect(classes(copy.call(mash))).to eq(delivered)
    end
  end

  it "compares values, not what stands for them" do
    expect({ "off" => false, "none" => nil } <= mash).to be(true)
    expect({ "off" => false, "none" => nil } < woven_node(values: values)["a"]).to be(true)
    all = { "ip" => "10.0.0.1", "off" => false, "none" => nil, "deep" => { "port" => 80 }, "more" => 1 }
    expect(all >= woven_node(values: values)["a"]).to be(true)
    expect(all > woven_node(values: values)["a"]).to be(true)
  end

  it "compares values with `==` and `eql?`, whichever side the mash is on" do
    all = { "ip" => "10.0.0.1", "off" => false, "none" => nil, "deep" => { "port" => 80 } }
    expect(all == mash).to be(true)
    expect({ "x" => all } == { "x" => woven_node(values: values)["a"] }).to be(true)
    expect(woven_node(values: values)["a"] == all).to be(true)
    expect({ "port" => 80 }.eql?(woven_node(values: values)["a"]["deep"])).to be(true)
    expect({ **all, "off" => true } == woven_node(values: values)["a"]).to be(false)
    expect({ a: 1 } == { a: 1 }).to be(true)
  end

  it "waits for the values of the mash alone that is copied" do
    {}.merge(mash)
    expect(client.asked).to contain_exactly("a.ip", "a.off", "a.none")
  end

  it "waits for nothing when a mash is copied into nothing else" do
    [mash, { "a" => mash }, {}.merge("a" => mash)]
    expect(client.asked).to eq([])
  end

  it "leaves ordinary hashes to Ruby" do
    mash
    expect({ a: 1 }.merge({ b: 2 }, { a: 3 }) { |_key, old, new| old + new }).to eq(a: 4, b: 2)
    expect({ a: 1 }.update(b: 2)).to eq(a: 1, b: 2)
    expect({ a: 1 }.replace({ b: 2 })).to eq(b: 2)
    expect([Hash[[[:a, 1]]], Hash[:a, 1], Hash[{ a: 1 }]]).to all(eq(a: 1))
    expect { {}.merge(1) }.to raise_error(TypeError)
    expect { {}.freeze.update(a: 1) }.to raise_error(FrozenError)
  end
end
