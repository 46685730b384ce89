/** What `heddle facts` uses of the agent. */
export { machineWords, readMachineFacts } from '@heddle/agent';
