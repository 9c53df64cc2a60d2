/** Whether the browser may throw this site's storage away when the disk fills up. */

/**
 * Ask the browser to keep it. Some browsers ask the person, and answer only then.
 *
 * @returns {Promise<boolean>} whether it will be kept; false also where the browser cannot be asked
 */
export async function askToPersist() {
  try {
    return (await navigator.storage?.persist?.()) ?? false;
  } catch (error) {
    if (error instanceof TypeError || error instanceof DOMException) {
      return false;
    }
    throw error;
  }
}

/**
 * @returns {Promise<{persistent: boolean, usage: number|null, quota: number|null}>} bytes; null where the
 *   browser does not say
 */
export async function storageState() {
  const [persistent, estimate] = await Promise.all([
    navigator.storage?.persisted?.() ?? false,
    navigator.storage?.estimate?.() ?? {},
  ]);
  return { persistent, usage: estimate.usage ?? null, quota: estimate.quota ?? null };
}
