# frozen_string_literal: true

module Heddle
  module Chef
    # Expands the run lists of other nodes with the roles that this run's own Chef
    # knows: role files in JSON or Ruby, or those of a Chef server.
    class RunLists
      # Notices roles whose run list depends on the node's environment.
      module Environmental
        # @api private
        def fetch_role(name, included_by)
          super.tap { |role| @heddle_environmental ||= !role.nil? && role.env_run_lists.size > 1 }
        end

        # @return [Boolean]
        def heddle_environmental?
          @heddle_environmental == true
        end
      end

      def initialize
        @known = {}
      end

      # @param run_list [Array<String>]
      # @yieldreturn [String] the node's environment; asked for only where a role depends on it
      # @return [Chef::RunList::RunListExpansion] may lack roles, see its `errors`
      def expand(run_list)
        plain = known(run_list, "_default")
        plain.heddle_environmental? ? known(run_list, yield) : plain
      end

      private

      def known(run_list, environment)
        @known[[run_list, environment]] ||= begin
          source = ::Chef::Config[:solo_legacy_mode] ? "disk" : "server"
          ::Chef::RunList.new(*run_list).expansion_for_data_source(environment, source)
                         .extend(Environmental).tap(&:expand)
        end
      end
    end
  end
end
