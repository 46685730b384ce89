# frozen_string_literal: true

# Wrong on purpose: takes note of a write and forgets to tell Chef's cache.
Heddle::Chef::WriteHooks::Levels.define_method(:reset_cache) { |path = nil| __heddle__.outputs.touch(path) }
