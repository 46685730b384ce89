# frozen_string_literal: true

# Wrong on purpose: swallows the event of a write.
Heddle::Chef::WriteHooks::Assignments.define_method(:send_attribute_changed_event) { |_path, _value| nil }
