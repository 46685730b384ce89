import { describeSuite } from './support/ansible-suite.ts';

describeSuite('peers', { canMix: true });
