// Loaded with node --require: lets the wall clock of this process jump an hour ahead on SIGUSR2, and an hour back on SIGHUP.
const hourMs = 3_600_000;
const RealDate = Date;
let shiftMs = 0;

class JumpingDate extends RealDate {
  constructor(...words) {
    if (words.length === 0) super(RealDate.now() + shiftMs);
    else super(...words);
  }

  static now() {
    return RealDate.now() + shiftMs;
  }
}

globalThis.Date = JumpingDate;
for (const [signal, byMs] of [
  ['SIGUSR2', hourMs],
  ['SIGHUP', -hourMs],
]) {
  process.on(signal, () => {
    shiftMs += byMs;
    process.stderr.write(`the clock says ${new Date().toISOString()}\n`);
  });
}
