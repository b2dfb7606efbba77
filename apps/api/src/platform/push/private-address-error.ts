/** A host resolves to an address of a network of our own. */
export class PrivateAddressError extends Error {}
