# frozen_string_literal: true

require "heddle/chef/secrets"

RSpec.describe Heddle::Chef::Secrets do
  def secrets(*values)
    described_class.new { values }
  end

  def mask(text, *values)
    secrets(*values).mask(text)
  end

  it "takes sensitive values out of a text, whatever their shape" do
    values = ["s3cr3t", nil, "", true, { "user" => [{ "key" => "k3y4" }] }, 98_765]
    expect(mask("x s3cr3t k3y4 3306 98765 true", *values)).to eq("x ******** ******** 3306 ******** true")
  end

  it "takes out the longer of two values of which one holds the other" do
    expect(mask("secret-and-more", "secret", "secret-and-more")).to eq("********")
  end

  it "takes out a value as JSON, Ruby, the shell and a URL write it" do
    secret = "a\"b c'd/e\#{f}"
    expect(mask(JSON.generate("key" => secret), secret)).to eq('{"key":"********"}')
    expect(mask({ "key" => secret }.inspect, secret)).to eq('{"key"=>"********"}')
    expect(mask("login -p#{Shellwords.escape(secret)} now", secret)).to eq("login -p******** now")
    expect(mask("http://u:#{ERB::Util.url_encode(secret)}@h/", secret)).to eq("http://u:********@h/")
    expect(mask("?p=#{URI.encode_www_form_component(secret)}&q=1", secret)).to eq("?p=********&q=1")
  end

  it "takes out each line of a value, as a diff shows them" do
    key = "--BEGIN--\nMIIEow\nab\n--END--\n"
    expect(mask("+--BEGIN--\n+MIIEow\n+ab\n+--END--\n", key)).to eq("+********\n+********\n+ab\n+********\n")
  end

  it "leaves values of fewer than four characters alone: hiding every digit would hide everything" do
    expect(mask("port 22 a abc", 22, "a", "abc")).to eq("port 22 a abc")
  end

  it "learns values that come later" do
    values = []
    secrets = described_class.new { values.dup }
    expect(secrets.mask("s3cr3t")).to eq("s3cr3t")
    expect(secrets.any?).to be(false)
    values << "s3cr3t"
    expect(secrets.mask("s3cr3t")).to eq("********")
    expect(secrets.any?).to be(true)
  end

  it "makes valid UTF-8 of every text, and still finds what is sensitive in it" do
    ["caf\xE9 grün s3cr3t", "caf\xE9 grün s3cr3t".b].each do |text|
      expect(mask(text.freeze, "s3cr3t")).to eq("caf\uFFFD grün ********")
    end
    expect(mask("café grün".encode("ISO-8859-1"), "grün")).to eq("café ********")
    expect(mask("caf\xE9").encoding).to eq(Encoding::UTF_8)
  end

  it "leaves a text alone when nothing is sensitive" do
    expect(mask("text")).to eq("text")
  end

  it "masks inside data, numbers and keys too, and keeps what only looks alike" do
    data = { "a" => ["x s3cr3t", { s3cr3t: 98_765 }], "s3cr3t" => 1_987_650, "b" => nil }
    expect(secrets("s3cr3t", 98_765).mask_data(data))
      .to eq("a" => ["x ********", { s3cr3t: "********" }], "********" => 1_987_650, "b" => nil)
  end

  it "leaves entries out, a list as a whole" do
    data = { "a" => { "b" => "x s3cr3t", "c" => 1 }, "list" => [1, ["s3cr3t"]], "other" => [1], "n" => 98_765 }
    expect(secrets("s3cr3t", 98_765).without(data)).to eq("a" => { "c" => 1 }, "other" => [1])
  end
end
