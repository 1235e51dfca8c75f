/** Telling a URL from what only looks like one. */

const hrefOf = (Object.getOwnPropertyDescriptor(URL.prototype, 'href') as PropertyDescriptor)
  .get as (this: unknown) => string;

/** The href of a URL; undefined for everything else, a Proxy of a URL and what has but its prototype too. */
export function urlHref(value: unknown): string | undefined {
  try {
    return hrefOf.call(value);
  } catch {
    return undefined;
  }
}
