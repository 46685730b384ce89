import { describeSuite } from './support/ansible-suite.ts';

describeSuite('writes');
