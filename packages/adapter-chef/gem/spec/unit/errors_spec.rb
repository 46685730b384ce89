# frozen_string_literal: true

require "heddle/errors"
require "heddle/chef/latch"

RSpec.describe Heddle::Abort do
  let(:error) { Heddle::Error.new("aborted", "stop", exit_code: 23, details: { "next" => ["heddle retry"] }) }

  it "passes every rescue that names no class" do
    expect(described_class.ancestors).not_to include(StandardError)
    expect { raise described_class, error rescue "hidden" }.to raise_error(described_class)
  end

  it "says what the agent said" do
    expect(described_class.new(error).message).to eq("[aborted] stop\n  try: heddle retry")
  end
end

RSpec.describe Heddle::Error do
  let(:details) { { "notes" => ["db ended"], "next" => ["heddle why"] } }

  it "says where in the cookbooks it happened, between the notes and the next commands" do
    error = described_class.new("aborted", "stop", details: details)
    error.source = "shop/recipes/app.rb:14"
    expect(error.full_text).to eq("stop\n  db ended\n  at shop/recipes/app.rb:14\n  try: heddle why")
  end

  it "does not repeat a place that the agent has named" do
    error = described_class.new("wait-timeout", "shop/recipes/app.rb:14 waited for db.host", details: details)
    error.source = "shop/recipes/app.rb:14"
    expect(error.full_text).not_to include("  at ")
  end
end

RSpec.describe Heddle::Chef::Latch do
  let(:latch) { described_class.new }
  let(:first) { Heddle::Error.new("deadlock", "first") }

  it "raises nothing until it has tripped" do
    expect { latch.check! }.not_to raise_error
    expect(latch.guard { 1 }).to eq(1)
    expect(latch).not_to be_tripped
  end

  it "raises the first error again and again" do
    expect { latch.guard { raise first } }.to raise_error(Heddle::Abort)
    expect { latch.trip(Heddle::Error.new("agent-gone", "second")) }.to raise_error(Heddle::Abort, /first/)
    expect { latch.check! }.to raise_error(Heddle::Abort) { |abort| expect(abort.error).to be(first) }
  end

  it "notes where the error happened, unless the error knows" do
    expect { latch.guard("app.rb:1") { raise first } }.to raise_error(Heddle::Abort)
    expect { latch.guard("app.rb:2") { raise first } }.to raise_error(Heddle::Abort)
    expect(first.source).to eq("app.rb:1")
  end

  it "leaves other errors alone" do
    expect { latch.guard { raise "other" } }.to raise_error(RuntimeError)
    expect(latch).not_to be_tripped
  end
end
