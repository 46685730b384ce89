import { formatDuration, missingText, producerText, readerText, type WaitFacts } from '@heddle/core';

/** Write the line that a long wait prints: output, producer, what it is doing, age, time left. */
export function describeWait(facts: WaitFacts, leftMs: number): string {
  const first = facts.missing[0];
  const producer = first === undefined ? '' : `; producer: ${producerText(first, facts.nowMs)}`;
  return `${readerText(facts)} has waited ${formatDuration(facts.waitedMs)} for ${missingText(facts.missing)}${producer}; ${formatDuration(leftMs)} left`;
}
