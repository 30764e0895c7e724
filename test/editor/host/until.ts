/** Asks until the answer is as wanted; a suite has no other way to wait for what the extension does in its time. */
export async function until<T>(what: string, ask: () => T | Promise<T>, done: (value: T) => boolean): Promise<T> {
  for (let tries = 0; tries < 300; tries += 1) {
    const value = await ask();
    if (done(value)) return value;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`Waited in vain for ${what}.`);
}
