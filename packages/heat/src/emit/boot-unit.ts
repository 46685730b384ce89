/** Where the unit stands on a machine; later than the packages' own units, so that it wins. */
export const unitFile = '/etc/systemd/system/heddle.service';

export interface BootUnit {
  /** The words of boot.sh: the tools that the roles need. */
  readonly tools: readonly string[];
  /** Seconds after which systemd ends it, should it not have ended itself. */
  readonly timeoutS: number;
}

/**
 * Write the unit that runs the roles of a machine with systemd.
 *
 * It is enabled, so a machine that restarts half-way goes on; once Heat was told the end it does not start any more.
 * A role that upgrades packages restarts no services by needrestart: its own boot would be one of them.
 */
export function bootUnit({ tools, timeoutS }: BootUnit): string {
  return `[Unit]
Description=Heddle: run the roles of this machine and tell Heat how they ended
Wants=network-online.target
After=network-online.target
ConditionPathExists=!/var/lib/heddle/ended

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=${command(tools)}
ExecStopPost=${command(['ended'])}
TimeoutStartSec=${timeoutS}
KillMode=mixed
Environment=HOME=/root LANG=C.UTF-8 NEEDRESTART_SUSPEND=1 NEEDRESTART_MODE=l
StandardOutput=journal+console
SyslogIdentifier=heddle

[Install]
WantedBy=multi-user.target
`;
}

/**
 * Write what cloud-init runs once: with systemd it starts the unit, and does not wait for it; without, or when systemd refuses, the script itself.
 *
 * An image that was made of a machine which had ended has the mark of that.
 */
export function startCommand(tools: readonly string[]): readonly string[] {
  const start =
    'systemctl daemon-reload && systemctl enable heddle.service && systemctl start --no-block heddle.service';
  const script = `rm -f /var/lib/heddle/ended; if test -d /run/systemd/system && ${start}; then exit 0; fi; exec ${command(tools)}`;
  return ['sh', '-c', script];
}

function command(words: readonly string[]): string {
  return ['/bin/sh', '/etc/heddle/boot.sh', ...words].join(' ');
}
