# frozen_string_literal: true

require "heddle/chef/source"

RSpec.describe Heddle::Chef::Source do
  let(:cache) { Dir.mktmpdir }

  before do
    allow(Chef::Config).to receive(:[]).and_call_original
    allow(Chef::Config).to receive(:[]).with(:file_cache_path).and_return(cache)
    allow(Chef::Config).to receive(:[]).with(:cookbook_path).and_return(["/srv/gems/cookbooks/"])
  end

  after { FileUtils.remove_entry(cache) }

  def failing_in(*frames)
    RuntimeError.new("x").tap { |error| error.set_backtrace(frames) }
  end

  it "finds the cookbook line on the stack" do
    reader = -> { described_class.here }
    expect(reader.binding.eval("reader.call", "#{cache}/cookbooks/shop/recipes/app.rb", 14)).to eq("shop/recipes/app.rb:14")
  end

  it "finds the innermost cookbook line of a backtrace" do
    error = failing_in("/usr/lib/ruby/net/http.rb:3:in `x'", "#{cache}/cookbooks/shop/libraries/a.rb:5:in `y'",
      "#{cache}/cookbooks/shop/recipes/app.rb:1:in `from_file'")
    expect(described_class.of(error)).to eq("shop/libraries/a.rb:5")
  end

  it "knows the user's own cookbook folders, wherever they are" do
    expect(described_class.of(failing_in("/srv/gems/cookbooks/shop/recipes/app.rb:1:in `x'"))).to eq("shop/recipes/app.rb:1")
  end

  it "falls back to where the resource was declared, or to nothing" do
    resource = instance_double(Chef::Resource, source_line: "#{cache}/cookbooks/shop/recipes/app.rb:7:in `from_file'")
    expect(described_class.of(failing_in("/x.rb:1"), resource)).to eq("shop/recipes/app.rb:7")
    expect(described_class.of(failing_in("/x.rb:1"), instance_double(Chef::Resource, source_line: nil))).to be_nil
    expect(described_class.of(RuntimeError.new("never raised"))).to be_nil
  end
end
