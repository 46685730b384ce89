# Serves the benchmark. A line on the socket, "READS BLOCKS", asks for that many blocks of reads at each depth; the
# answer is the processor time of each block in ns: top second third top second third ...
require "socket"

depths = [
  lambda do |reads|
    while reads > 0
      node["k"]
      reads -= 1
    end
  end,
  lambda do |reads|
    while reads > 0
      node["p"]["k"]
      reads -= 1
    end
  end,
  lambda do |reads|
    while reads > 0
      node["p"]["q"]["r"]
      reads -= 1
    end
  end,
]

# Of the whole process: whatever the shim might do in a thread of its own counts, too.
now = -> { Process.clock_gettime(Process::CLOCK_PROCESS_CPUTIME_ID, :nanosecond) }

GC.start
socket = UNIXSocket.new(node["bench"]["socket"])
socket.puts("#{node["bench"]["label"]} #{Process.pid}")
while (line = socket.gets)
  reads, blocks = line.split.map(&:to_i)
  times = Array.new(blocks) do
    # Frees what the block before left behind, so that new objects come to lie where the last ones lay.
    GC.start(full_mark: false)
    GC.disable
    depths.map do |depth|
      before = now.call
      depth.call(reads)
      now.call - before
    end
  ensure
    GC.enable
  end
  socket.puts(times.flatten.join(" "))
end

node.default["bench"]["mark"] = "done"
