/** As much as an envelope has around a value. */
export const padding = 'x'.repeat(220);
