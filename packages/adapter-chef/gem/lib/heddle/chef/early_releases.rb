# frozen_string_literal: true

module Heddle
  module Chef
    # What Chef 17 and the first releases of 18 do otherwise than later ones.
    module EarlyReleases
      # On Chef::Node::Immutablize. They copy an immutable mash that is put into another one,
      # or into Chef's cache, and a copy looks at all values. Later ones take it as it is.
      module TakenAsTheyAre
        # @api private
        def convert_value(value)
          GuardedMash === value ? value : super
        end
      end

      # Later releases get no hook more: this method runs for every value of a merge.
      def self.install
        mash = ::Chef::Node::ImmutableMash.new({})
        ::Chef::Node::Immutablize.prepend(TakenAsTheyAre) unless mash.convert_value(mash).equal?(mash)
      end
    end
  end
end
