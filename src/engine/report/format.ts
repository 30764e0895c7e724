/** How figures look in every view, so that the terminal, Markdown and HTML never disagree. */

/** `0.5934` as `59.3 %`. */
export function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

/** `59.3 % [52.1, 66.2]`. */
export function accuracyText({
  accuracy,
  interval,
}: {
  accuracy: number;
  interval: readonly [number, number];
}): string {
  return `${percent(accuracy)} [${(interval[0] * 100).toFixed(1)}, ${(interval[1] * 100).toFixed(1)}]`;
}

/** `+6.1` or `−0.4`, in points. */
export function pointsText(difference: number): string {
  const points = difference * 100;
  const size = Math.abs(points).toFixed(1);
  if (size === "0.0") return "±0.0";
  return points > 0 ? `+${size}` : `−${size}`;
}

export function costText(cost: number | null, currency: string): string {
  if (cost === null) return "unknown";
  const digits = cost !== 0 && Math.abs(cost) < 0.01 ? 4 : 2;
  return currency === "USD" ? `$${cost.toFixed(digits)}` : `${cost.toFixed(digits)} ${currency}`;
}

export function secondsText(seconds: number): string {
  // Rounded first, so that no minute has 60 seconds.
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes} min ${whole % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
