# Serves the benchmark. A line on the socket, "BLOCKS", asks for that many blocks of each kind of work; the answer is the
# processor time of each block in ns: write remerge enumerate write remerge enumerate ...
require "socket"

work = [
  lambda do
    level = node.default
    60.times { |i| level["p"]["k"] = i }
  end,
  lambda do
    8.times do |i|
      node.default["p"]["k"] = i
      node["p"]["k"]
    end
  end,
  -> { 2.times { node.each { |key, _value| key } } },
]

# Of the whole process: whatever the shim might do in a thread of its own counts, too.
now = -> { Process.clock_gettime(Process::CLOCK_PROCESS_CPUTIME_ID, :nanosecond) }

GC.start
socket = UNIXSocket.new(node["bench"]["socket"])
socket.puts("#{node["bench"]["label"]} #{Process.pid}")
while (line = socket.gets)
  times = Array.new(line.to_i) do
    # Frees what the block before left behind, so that new objects come to lie where the last ones lay.
    GC.start(full_mark: false)
    GC.disable
    work.map do |block|
      before = now.call
      block.call
      now.call - before
    end
  ensure
    GC.enable
  end
  socket.puts(times.flatten.join(" "))
end

node.default["bench"]["mark"] = "done"
