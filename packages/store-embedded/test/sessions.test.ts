import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createSessions } from '../src/engine/sessions.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setImmediate', 'performance'] }));
afterEach(() => void vi.useRealTimers());

const NOBODY = new Map<string, number>();

function setUp(
  recovered: ReadonlyMap<string, number> = NOBODY,
  end: (id: string) => Promise<void> = async () => undefined,
) {
  const expired: string[] = [];
  const sessions = createSessions(recovered, (id) => {
    expired.push(id);
    return end(id);
  });
  return { sessions, expired };
}

describe('a session', () => {
  it('ends when its timeout passes without a sign of life, and its connection is told to leave', async () => {
    const { sessions, expired } = setUp();
    const leave = vi.fn();
    const { session } = sessions.attach({ id: undefined, timeoutMs: 5000, isLocal: false }, leave);
    await vi.advanceTimersByTimeAsync(4000);
    sessions.touch(session);
    await vi.advanceTimersByTimeAsync(4900);
    expect([expired, leave.mock.calls.length]).toEqual([[], 0]);
    await vi.advanceTimersByTimeAsync(1200);
    expect([expired, leave.mock.calls.length]).toEqual([[session.id], 1]);
    sessions.stop();
  });

  it('that is recovered from the log gets one full timeout', async () => {
    const { sessions, expired } = setUp(new Map([['old', 3000]]));
    await vi.advanceTimersByTimeAsync(2900);
    expect(expired).toEqual([]);
    await vi.advanceTimersByTimeAsync(1200);
    expect(expired).toEqual(['old']);
    sessions.stop();
  });

  it('goes on when its client comes back in time, and the connection that had it leaves', async () => {
    const { sessions, expired } = setUp(new Map([['old', 3000]]));
    const [first, second] = [vi.fn(), vi.fn()];
    await vi.advanceTimersByTimeAsync(2000);
    const request = { id: 'old', timeoutMs: 3000, isLocal: false };
    expect(sessions.attach(request, first)).toMatchObject({ resumed: true, session: { id: 'old' } });
    const { session } = sessions.attach(request, second);
    expect(first).toHaveBeenCalledTimes(1);
    sessions.detach(session, first);
    await vi.advanceTimersByTimeAsync(4200);
    expect(expired).toEqual(['old']);
    expect(second).toHaveBeenCalledTimes(1);
    expect(sessions.attach(request, first)).toMatchObject({ resumed: false });
    sessions.stop();
  });

  it('does not age while the server itself stands still', async () => {
    const { sessions, expired } = setUp();
    sessions.attach({ id: undefined, timeoutMs: 5000, isLocal: false }, () => undefined);
    await vi.advanceTimersByTimeAsync(900);
    const clock = vi.spyOn(performance, 'now');
    const standstill = performance.now() + 60_000;
    clock.mockReturnValue(standstill);
    await vi.advanceTimersByTimeAsync(200);
    expect(expired).toEqual([]);
    clock.mockReturnValue(standstill + 2000);
    await vi.advanceTimersByTimeAsync(1100);
    expect(expired).toEqual([]);
    sessions.stop();
  });

  it('of the own process never times out', async () => {
    const { sessions, expired } = setUp();
    sessions.attach({ id: undefined, timeoutMs: 100, isLocal: true }, () => undefined);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(expired).toEqual([]);
    sessions.stop();
  });

  it('whose end could not be written is ended again later', async () => {
    vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    let attempts = 0;
    const { sessions, expired } = setUp(new Map([['old', 1000]]), async () => {
      attempts += 1;
      if (attempts === 1) throw new Error('no room');
    });
    await vi.advanceTimersByTimeAsync(5000);
    expect(expired).toEqual(['old', 'old']);
    sessions.stop();
    vi.restoreAllMocks();
  });
});
