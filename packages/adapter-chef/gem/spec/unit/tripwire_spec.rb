# frozen_string_literal: true

require_relative "../support/woven_node"

RSpec.describe Heddle::Chef::Tripwire do
  include WovenNode

  let(:values) { { %w[a ip] => "10.0.0.1", %w[a off] => false, %w[a deep port] => 80 } }
  let(:mash) { woven_node(values: values) { |node| node.default["a"]["own"] = 1 }["a"] }

  def settings
    mash
  end

  def named(none: 1, **rest)
    [none, rest]
  end

  {
    "braces" => -> { { **settings } },
    "braces with entries before" => -> { { x: 1, **settings } },
    "keywords beside others" => -> { named(none: 2, **settings) },
  }.each do |form, copy|
    it "ends the run at a copy that cannot be waited for, by #{form}" do
      expect { instance_exec(&copy) }.to raise_error(Heddle::Abort) { |abort| expect(abort.error).to have_attributes(code: "usage", exit_code: 2) }
      expect { latch.check! }.to raise_error(Heddle::Abort)
      expect(client.asked).to eq([])
    end
  end

  it "says where and what to write instead" do
    expect { { **settings } }.to raise_error(Heddle::Abort, /before the inputs in it have arrived.*try: .*to_h/m) do |abort|
      expect(abort.error.source).to eq("here")
    end
  end

  it "lets a copy pass once the values are there" do
    settings.to_h
    expect({ **settings }).to include("ip" => "10.0.0.1", "off" => false, "own" => 1)
    expect(FalseClass === { **settings }["off"]).to be(true)
  end

  it "lets a map pass whose inputs are all known when it is made" do
    node = woven_node(values: { %w[a ip] => "10.0.0.1" })
    node["a"].to_h
    node.default["a"]["more"] = 1
    expect({ **node["a"] }).to eq("ip" => "10.0.0.1", "more" => 1)
  end

  it "lets keywords pass that Ruby hands on whole" do
    rest = ->(**all) { all }.call(**settings)
    expect(FalseClass === rest["off"]).to be(true)
    expect(rest.to_h).to eq("own" => 1, "ip" => "10.0.0.1", "off" => false, "deep" => { "port" => 80 })
    expect(settings.size).to eq(4)
  end

  it "lets environments pass, whose makers look at each value" do
    map = woven_node(values: { %w[env HEDDLE_SPEC] => "from afar" })["env"]
    expect(IO.popen([map, "printenv", "HEDDLE_SPEC"], &:read)).to eq("from afar\n")
    before = ENV.to_h
    ENV.update(map)
    expect(ENV.to_h.except("HEDDLE_SPEC")).to eq(before)
    expect(ENV.fetch("HEDDLE_SPEC")).to eq("from afar")
  ensure
    ENV.delete("HEDDLE_SPEC")
  end

  it "is no key of the map" do
    names = %w[own ip off deep]
    expect(settings.keys).to match_array(names)
    expect(settings.each_key.to_a).to match_array(names)
    seen = []
    expect(settings.each_key { |key| seen << key }).to be(settings)
    expect(seen).to match_array(names)
    expect([settings.size, settings.length, settings.count, settings.empty?]).to eq([4, 4, 4, false])
    expect(client.asked).to eq([])
    expect(settings.map { |key, _| key }).to match_array(names)
    expect(settings.to_json).not_to include("tripwire")
  end

  it "stays quiet where the map itself grows beyond what Ruby keeps in a short table" do
    many = (1..20).to_h { |number| [["a", "k#{number}"], number] }
    expect(woven_node(values: many)["a"].to_h).to eq((1..20).to_h { |number| ["k#{number}", number] })
  end

  it "shows nothing of the run" do
    settings
    expect(inputs.tripwire.inspect).to eq("#<heddle tripwire>")
  end
end
