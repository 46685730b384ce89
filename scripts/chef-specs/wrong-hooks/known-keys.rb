# frozen_string_literal: true

# Wrong on purpose: takes every key for a declared one.
Heddle::Chef::Hooks::Reads.define_method(:key?) { |_key| true }
