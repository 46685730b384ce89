import { describeSuite } from './support/ansible-suite.ts';

// What case 14 hides.
describeSuite('writes', { secret: { text: 'swordfish', files: ['14-password'] } });
