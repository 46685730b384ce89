import { describe, expect, test } from 'vitest';
import { withoutTraces } from '../src/plugins/untraced-grpc.ts';

describe('what gRPC traces', () => {
  test('is left out where it is a statement of its own, and every other line keeps its number', () => {
    const source = `
function trace(text) {
    (0, logging_1.trace)(constants_1.LogVerbosity.DEBUG, TRACER_NAME, text);
}
class Call {
    trace(text) {
        logging.trace(DEBUG, NAME, '[' + text + ')');
    }
    start() {
        this.trace('started (with ' +
            JSON.stringify(this.options) +
            \`) after \${this.since()}\`);
        if (this.isOpen)
            trace("it's open;"); this.open();
        this.keepaliveTrace('x');
        this.channel.trace.addTrace('CT_INFO', 'created');
        const text = this.trace('kept') || 1;
        this.tracer('kept');
    }
}
`;
    expect(withoutTraces(source)).toEqual({
      removed: 5,
      text: `
function trace(text) {
;
}
class Call {
    trace(text) {
;
    }
    start() {
;


        if (this.isOpen)
; this.open();
;
        this.channel.trace.addTrace('CT_INFO', 'created');
        const text = this.trace('kept') || 1;
        this.tracer('kept');
    }
}
`,
    });
  });
});
