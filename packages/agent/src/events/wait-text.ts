import { formatDuration, missingText, producerText, readerText, type WaitFacts } from '@heddle/core';

/** Write the line that a long wait prints: output, producer, what it is doing (or that the store does not answer), age, time left. */
export function describeWait(facts: WaitFacts, leftMs: number): string {
  const first = facts.missing[0];
  const producer = first === undefined ? '' : `; producer: ${producerText(first, facts.nowMs)}`;
  const doing = facts.isStoreDown === true ? '; the store does not answer' : producer;
  return `${readerText(facts)} has waited ${formatDuration(facts.waitedMs)} for ${missingText(facts.missing)}${doing}; ${formatDuration(leftMs)} left`;
}
