# One of two Chef runs that hand values to one another: `a` writes first, `b` answers. A value is the moment at which it
# was written, so whoever reads it knows how long it was under way. Both runs are on one machine, so they share its clocks.
require "json"

mono = -> { Process.clock_gettime(Process::CLOCK_MONOTONIC, :nanosecond) }
wall = -> { Process.clock_gettime(Process::CLOCK_REALTIME, :nanosecond) }
mine, theirs = node["bench"]["side"] == "a" ? %w[a b] : %w[b a]
pause = node["bench"]["pause_ms"] / 1000.0
received = []
sent = []

node["bench"]["rounds"].times do |round|
  name = "v#{round}"
  write = lambda do
    # Whoever waits for the value is blocked in its read by then.
    sleep(pause)
    sent << { name: name, wall: wall.call }
    node.default[mine][name] = mono.call.to_s
  end
  read = lambda do
    asked = mono.call
    written = Integer(node[theirs][name])
    received << { name: name, asked: asked, written: written, returned: mono.call, wall: wall.call }
  end
  (mine == "a" ? [write, read] : [read, write]).each(&:call)
end

File.write(node["bench"]["log"], JSON.generate({ received: received, sent: sent }))
