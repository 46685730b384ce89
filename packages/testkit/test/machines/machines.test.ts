import { existsSync, readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { discard, eventually, leftovers, modes, namespacesOf, run, start, type TestSet } from './support.ts';

const five = ['db', 'web-0', 'web-1', 'web-2', 'ops'];
const fiveAddresses = five.map((_, index) => `10.77.0.${10 + index}`);

describe.each(modes)('machines: $title', (mode) => {
  let set: TestSet;
  // Copies take seconds per machine on a slow disk, and a third machine would show nothing new.
  const names = mode.overlay === 'auto' ? five : five.slice(0, 2);
  beforeAll(async () => {
    set = await start(mode, names, { services: true });
  });
  afterAll(() => discard(set));

  it('have the wanted privilege and kind of root tree', () => {
    expect(set.privilege).toBe(mode.privilege);
    if (mode.overlay === 'never') expect(set.overlay).toBe(false);
  });

  it('have their own host names and addresses', async () => {
    const answers = await Promise.all(
      set.machines.map((machine) => run(machine, 'sh', '-c', 'hostname; cat /etc/hostname; id -u')),
    );
    expect(answers.map(({ stdout }) => stdout)).toEqual(names.map((name) => `${name}\n${name}\n0`));
    expect(set.machines.map(({ address }) => address)).toEqual(fiveAddresses.slice(0, names.length));
    expect(names).not.toContain(hostname());
  });

  it('resolve their own name to their own address', async () => {
    const script = 'require "socket"; puts Socket.gethostname, Addrinfo.ip(Socket.gethostname).ip_address';
    const { stdout } = await run(set.machine('web-0'), 'ruby', '-e', script);
    expect(stdout).toBe('web-0\n10.77.0.11');
  });

  it('route everything else to the bridge, where it ends at once', async () => {
    const route = await run(set.machine('db'), 'ip', '-4', 'route', 'show', 'default');
    expect(route.stdout).toContain('default via 10.77.0.1 dev eth0');
    const outside = await run(set.machine('db'), 'bash', '-c', ': </dev/tcp/192.0.2.1/80');
    expect(outside.stderr).toMatch(/unreachable/);
  });

  it('all reach each other, through daemons that an earlier command left behind', async () => {
    const server =
      'require "socket"; s = TCPServer.new("0.0.0.0", 7000); Process.daemon; loop { c = s.accept; c.puts Socket.gethostname; c.close }';
    await Promise.all(set.machines.map((machine) => run(machine, 'ruby', '-e', server)));
    const reach = `for a in ${set.machines.map(({ address }) => address).join(' ')}; do read -r answer </dev/tcp/$a/7000; echo "$answer"; done`;
    const answers = await Promise.all(set.machines.map((machine) => run(machine, 'bash', '-c', reach)));
    for (const { stdout, stderr } of answers)
      expect({ lines: stdout.split('\n'), stderr }).toEqual({ lines: names, stderr: '' });
  });

  it.each([
    '/etc/heddle-test',
    '/var/lib/heddle-test',
    '/usr/local/heddle-test',
    '/opt/heddle-test',
    '/srv/heddle-test',
    '/root/heddle-test',
    '/tmp/heddle-test',
  ])('keep %s to themselves', async (path) => {
    const written = await run(set.machine('db'), 'sh', '-c', `echo mine >${path}`);
    expect(written.stderr).toBe('');
    expect(readFileSync(`${set.machine('db').rootDirectory}${path}`, 'utf8')).toBe('mine\n');
    expect((await run(set.machine('web-0'), 'cat', path)).exitCode).toBe(1);
    expect(existsSync(path)).toBe(false);
  });

  it('may change files that came from the host', async () => {
    const { stdout, stderr } = await run(
      set.machine('web-0'),
      'sh',
      '-c',
      'echo "10.77.0.99 later" >>/etc/hosts && echo changed >/etc/profile && cat /etc/hosts /etc/profile',
    );
    expect(stderr).toBe('');
    expect(stdout).toBe(
      '127.0.0.1 localhost\n10.77.0.11 web-0\n::1 localhost ip6-localhost ip6-loopback\n10.77.0.99 later\nchanged',
    );
    expect(readFileSync('/etc/profile', 'utf8')).not.toBe('changed\n');
  });

  it('have devices, terminals and only their own processes', async () => {
    const script =
      'echo lost >/dev/null; head -c 4 /dev/urandom | wc -c; echo x >/dev/shm/x; ls /dev/pts; cat /proc/1/comm; ls -d /proc/[0-9]* | wc -l';
    const { stdout } = await run(set.machine('web-0'), 'bash', '-c', script);
    const lines = stdout.split('\n');
    expect(lines.slice(0, 3)).toEqual(['4', 'ptmx', 'systemd']);
    expect(Number(lines[3])).toBeLessThan(20);
  });

  it('cannot change kernel settings or devices of the host', async () => {
    const { stdout } = await run(
      set.machine('db'),
      'sh',
      '-c',
      'for f in /proc/sys/vm/swappiness /sys/kernel/profiling /proc/sys/kernel/panic; do v=$(cat $f) && (echo "$v" >$f) 2>/dev/null && echo wrote $f; done; echo end',
    );
    expect(stdout).toBe('end');
  });

  it('remember what systemctl was told, and start nothing from package scripts', async () => {
    const script =
      'systemctl is-active mysql; systemctl enable --now mysql.service; systemctl is-active mysql; systemctl is-enabled mysql; cat /var/lib/heddle-services/calls';
    const { stdout } = await run(set.machine('db'), 'sh', '-c', script);
    expect(stdout.split('\n')).toEqual([
      'inactive',
      'active',
      'enabled',
      'is-active mysql',
      'enable --now mysql.service',
      'is-active mysql',
      'is-enabled mysql',
    ]);
  });

  it('reap processes whose parents have gone', async () => {
    await run(set.machine('web-0'), 'bash', '-c', '(sleep 0.1 & sleep 0.1 & exec true) & wait');
    const zombies = "grep -l 'State:.Z' /proc/[0-9]*/status 2>/dev/null | wc -l";
    await eventually(
      'no zombie is left',
      async () => (await run(set.machine('web-0'), 'sh', '-c', `sleep 0.2; ${zombies}`)).stdout === '0',
    );
  });

  it('leave no process, mount or interface after close, and a folder that its owner can remove', async () => {
    const namespaces = namespacesOf(set.machines);
    expect(namespaces.size).toBeGreaterThanOrEqual(names.length * 5);
    expect(leftovers(namespaces, set.state).length).toBeGreaterThan(0);
    await run(set.machine('db'), 'sh', '-c', 'mkdir /srv/closed && touch /srv/closed/file && chmod 0 /srv/closed');
    await set.close();
    expect(leftovers(namespaces, set.state)).toEqual([]);
    await set.remove();
    expect(existsSync(set.state)).toBe(false);
    await set.close();
  });
});
