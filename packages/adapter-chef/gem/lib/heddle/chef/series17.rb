# frozen_string_literal: true

module Heddle
  module Chef
    # What Chef 17 does otherwise than 18.
    module Series17
      # On Chef::Node::Immutablize. Chef 17 copies an immutable mash that is put into
      # another one, or into its cache, and a copy looks at all values. 18 takes it as it is.
      module TakenAsTheyAre
        # @api private
        def convert_value(value)
          GuardedMash === value ? value : super
        end
      end

      def self.install
        ::Chef::Node::Immutablize.prepend(TakenAsTheyAre)
      end
    end
  end
end
