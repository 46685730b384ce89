# frozen_string_literal: true

# Wrong on purpose: hands out the merge as something that can be written to.
Heddle::Chef::Hooks::Reads.define_method(:merged_attributes) do |*path|
  merged = super(*path)
  merged.is_a?(Chef::Node::ImmutableMash) ? merged.to_h : merged
end
