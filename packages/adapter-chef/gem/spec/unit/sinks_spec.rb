# frozen_string_literal: true

require_relative "../support/woven_node"

RSpec.describe Heddle::Chef::Sinks do
  include WovenNode

  let(:made) { "made-here" }

  before do
    delivered = Heddle::Chef::Secrets.new { %w[s3cr3t] }
    allow(described_class).to receive_messages(secrets: Heddle::Chef::Secrets.new { ["s3cr3t", made] }, returning: delivered)
  end

  it "are where Chef writes" do
    woven_node
    expect(Chef::ResourceReporter).to include(described_class::ServerReport)
    expect(Chef::Log::Syslog).to include(described_class::SyslogLines)
  end

  it "cover the system log" do
    lines = Class.new { private def clean(message) = message }.prepend(described_class::SyslogLines).new
    expect(lines.send(:clean, RuntimeError.new("x s3cr3t 100%"))).to eq("x ******** 100%")
    expect(Chef::Log::Syslog.private_method_defined?(:clean)).to be(true)
  end

  it "cover what goes to a Chef server" do
    report = Class.new { def prepare_run_data = { "resources" => [{ "after" => { "content" => "x s3cr3t" } }] } }
    expect(report.prepend(described_class::ServerReport).new.prepare_run_data)
      .to eq("resources" => [{ "after" => { "content" => "x ********" } }])
    expect(Chef::ResourceReporter.public_method_defined?(:prepare_run_data)).to be(true)
  end

  it "leave files alone that Chef merely keeps in its cache" do
    stored = {}
    cache = Class.new { define_singleton_method(:store) { |path, contents, *| stored[path] = contents } }
    cache.singleton_class.prepend(described_class::Dumps)
    ["cookbooks/shop/recipes/app.rb", "chef-stacktrace.out", "cinc-stacktrace.out"].each { |path| cache.store(path, "x s3cr3t") }
    cache.store("failed-run-data.json", '{"a": "s3cr3t"}', 0o640)
    expect(stored.transform_values(&:strip)).to eq("cookbooks/shop/recipes/app.rb" => "x s3cr3t", "chef-stacktrace.out" => "x ********",
      "cinc-stacktrace.out" => "x ********", "failed-run-data.json" => "{\n  \"a\": \"********\"\n}")
  end

  it "mask in the saved node what the next run builds anew, and leave out what another machine made" do
    node = { "name" => "web-s3cr3t", "run_list" => ["recipe[s3cr3t]"], "default" => { "a" => "x s3cr3t" }, "override" => { "b" => [made] }, "automatic" => { "c" => 1 },
             "normal" => { "copy" => "s3cr3t", "own" => made, "deep" => { "url" => "http://s3cr3t/", "port" => 80 } } }
    expect(described_class.saved_node(node)).to eq(
      "name" => "web-s3cr3t", "run_list" => ["recipe[s3cr3t]"], "default" => { "a" => "x ********" }, "override" => { "b" => ["********"] }, "automatic" => { "c" => 1 },
      "normal" => { "own" => made, "deep" => { "port" => 80 } }
    )
  end

  it "hand everything through as it is while nothing is sensitive" do
    allow(described_class).to receive(:secrets).and_return(Heddle::Chef::Secrets.new { [] })
    text = "caf\xE9"
    data = { "normal" => { "a" => "s3cr3t" } }
    expect([described_class.mask(text), described_class.mask_data(data), described_class.mask_objects(data), described_class.saved_node(data)])
      .to match([equal(text), equal(data), equal(data), equal(data)])
  end
end
