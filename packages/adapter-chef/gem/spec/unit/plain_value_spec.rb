# frozen_string_literal: true

require_relative "../support/woven_node"

RSpec.describe Heddle::Chef::PlainValue do
  let(:output) { Heddle::Chef::Declaration::Output.new(name: "conf", path: %w[shop conf]) }

  def plain(value)
    described_class.of(value, output)
  end

  it "turns attribute collections into plain ones, at any depth" do
    value = plain(Chef::Node::ImmutableMash.new("a" => [{ "b" => :c, 1 => nil }, 1.5, true]))
    expect(value).to eq("a" => [{ "b" => "c", "1" => nil }, 1.5, true])
    expect([value, value["a"], value["a"][0]].map(&:class)).to eq([Hash, Array, Hash])
  end

  it "makes plain UTF-8 text of every text" do
    [Chef::VersionString.new("1.2"), "grüß".encode("ISO-8859-1"), "grüß".b].each do |text|
      expect(plain(text)).to be_instance_of(String).and have_attributes(encoding: Encoding::UTF_8)
    end
    expect(plain("grüß".encode("ISO-8859-1"))).to eq("grüß")
  end

  it "evaluates lazy values" do
    expect(plain([Chef::DelayedEvaluator.new { { "a" => 1 } }])).to eq(["a" => 1])
  end

  it "accepts the same object twice, but not inside itself" do
    shared = ["x"]
    expect(plain([shared, shared])).to eq([["x"], ["x"]])
    circular = []
    circular << { "again" => circular }
    expect { plain(circular) }.to raise_error(Heddle::Error, /shop\.conf\.0\.again: the value contains itself/)
  end

  {
    "infinite numbers" => [{ "n" => Float::INFINITY }, /shop\.conf\.n: Infinity is not a number/],
    "bytes" => [{ "s3cr3t" => "s3cr3t\xff".b }, /the text is not valid UTF-8/],
    "procs" => [["s3cr3t", -> {}], /shop\.conf\.1: an object of class Proc is not data/],
    "objects" => [{ "t" => Time.now }, /class Time/],
  }.each do |what, (value, message)|
    it "refuses #{what} and shows no value" do
      expect { plain(value) }.to raise_error(Heddle::Error, message) { |error|
        expect(error).to have_attributes(code: "wrong-type", exit_code: 26)
        expect(error.message).not_to include("s3cr3t\\xff")
      }
    end
  end
end
