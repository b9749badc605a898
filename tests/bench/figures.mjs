// What the benchmarks share: medians, and the `name value` lines at the end.

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/**
 * Prints the figures. When less than 99 % of what was expected was delivered they mean nothing:
 * then each is `void` and the exit status 1; so is a single one that is not a number.
 */
export function report(figures, { delivered, expected }) {
  const good = expected > 0 && delivered >= 0.99 * expected;
  if (!good) {
    console.log(`void: ${delivered} of ${expected} delivered`);
    process.exitCode = 1;
  }
  console.log();
  for (const [name, value] of Object.entries(figures)) {
    const known = good && Number.isFinite(value);
    if (!known) process.exitCode = 1;
    console.log(`${name} ${known ? round(value) : 'void'}`);
  }
}

function round(value) {
  return Number(value.toPrecision(value >= 1000 ? 6 : 4)).toString();
}
