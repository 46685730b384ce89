# frozen_string_literal: true

require "heddle/chef/secrets"

RSpec.describe Heddle::Chef::Secrets do
  it "takes sensitive values out of a text, whatever their shape" do
    values = ["s3cr3t", nil, "", true, { "user" => [{ "key" => "k3y" }] }, 98_765]
    expect(described_class.mask("x s3cr3t k3y 3306 98765 true", values)).to eq("x ******** ******** 3306 ******** true")
  end

  it "takes out the longer of two values of which one holds the other" do
    expect(described_class.mask("secret-and-more", %w[secret secret-and-more])).to eq("********")
  end

  it "takes out a value as JSON writes it" do
    expect(described_class.mask('{"key":"line one\nline \"two\""}', ["line one\nline \"two\""])).to eq('{"key":"********"}')
  end

  it "makes valid UTF-8 of every text, and still finds what is sensitive in it" do
    ["caf\xE9 grün s3cr3t", "caf\xE9 grün s3cr3t".b].each do |text|
      expect(described_class.mask(text.freeze, ["s3cr3t"])).to eq("caf\uFFFD grün ********")
    end
    expect(described_class.mask("café grün".encode("ISO-8859-1"), ["grün"])).to eq("café ********")
    expect(described_class.mask("caf\xE9", []).encoding).to eq(Encoding::UTF_8)
  end

  it "leaves a text alone when nothing is sensitive" do
    expect(described_class.mask("text", [])).to eq("text")
  end
end
