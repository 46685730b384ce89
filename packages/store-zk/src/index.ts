import { defineStore, HeddleError } from '@heddle/core';

export default defineStore({
  name: 'zk',
  contract: 1,
  schemes: ['zk'],
  async open() {
    throw new HeddleError('unavailable', 'not there yet');
  },
});
