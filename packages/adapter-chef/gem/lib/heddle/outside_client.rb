# frozen_string_literal: true

require_relative "client"

module Heddle
  # The client of a run that no agent has started. Before anything else it asks the
  # agent to be let in, and is told of which role it is the run. The run lasts as
  # long as the connection of that question, which the kernel closes with the process.
  class OutsideClient < Client
    # Talks only to root and to the user of this process: nobody but the place of the
    # socket says who serves there, and what is read there goes into the machine.
    class OwnHTTP < UnixHTTP
      private

      def connect
        super
        uid, = @socket.io.getpeereid
        return if [0, Process.euid].include?(uid)

        @socket.close
        raise Error.new("denied", "what answers at #{@socket_path} is of user #{uid}, neither of root nor of user #{Process.euid}",
          exit_code: 25, details: { "next" => ["start the agent as the user of the Chef runs, in a folder of its own"] })
      end
    end

    # @param socket [String] path of the agent's socket
    # @param role [String, nil] nil: the role whose turn comes next
    # @param why_run [Proc] whether the run only tells what it would do
    # @param out [IO] where the user is told which role it is
    def initialize(socket:, role: nil, why_run: -> { false }, out: $stderr)
      super(socket: socket, role: role.to_s)
      @wanted = role
      @why_run = why_run
      @out = out
    end

    # Wait for the role's turn, and become its run.
    #
    # @return [Hash] what the role declares
    # @raise [Heddle::Error]
    def declaration
      enter
      super
    end

    private

    def enter
      answer = exchange("asking which role this run is") { open_connection.request(knock) }
      address(answer.fetch("role"), answer.fetch("run"))
      @out.puts("heddle: this is a run of role #{answer["role"]} of #{answer["node"]}, deployment #{answer["deployment"]}")
    end

    def knock
      post = Net::HTTP::Post.new("/v1/runs", @headers)
      post.body = JSON.generate({ role: @wanted, whyRun: @why_run.call }.compact)
      post
    end

    def open_connection
      @connection = connection_class.to(@socket, nil).start
    rescue Errno::EACCES
      raise Error.new("denied", "user #{Process.euid} may not talk to the Heddle agent at #{@socket}", exit_code: 25)
    rescue SystemCallError
      raise no_agent
    end

    def connection_class
      OwnHTTP
    end

    def no_agent
      Error.new("agent-gone", "no Heddle agent answers at #{@socket}",
        exit_code: 24,
        details: {
          "notes" => ["this run stops here: what other machines provide would be the cookbooks' own defaults"],
          "next" => ["start the agent: heddle agent --outside ROLE ...",
                     "HEDDLE_OFF=1 COMMAND  runs once without Heddle",
                     "heddle chef uninstall  runs without it from now on"]
        })
    end
  end
end
