import { defineStore, HeddleError } from '@heddle/core';

export default defineStore({
  name: 'etcd',
  contract: 1,
  schemes: ['etcd'],
  async open() {
    throw new HeddleError('unavailable', 'not there yet');
  },
});
