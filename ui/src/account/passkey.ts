/** The browser's passkeys (W3C Web Authentication level 3, whose JSON forms both sides speak). */

/** Return whether this browser, at this address, can make and use passkeys. */
export function canUsePasskeys(): boolean {
  return typeof PublicKeyCredential !== "undefined" && typeof PublicKeyCredential.parseCreationOptionsFromJSON === "function";
}

/** Have a passkey made; return what the shore believes it by. Reject when the person turns away. */
export async function makePasskey(options: object): Promise<object> {
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options as PublicKeyCredentialCreationOptionsJSON);
  return said(await navigator.credentials.create({ publicKey }));
}

/** Have a passkey sign; return the answer for the shore. Reject when the person turns away. */
export async function usePasskey(options: object): Promise<object> {
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options as PublicKeyCredentialRequestOptionsJSON);
  return said(await navigator.credentials.get({ publicKey }));
}

function said(credential: Credential | null): object {
  if (!(credential instanceof PublicKeyCredential)) throw new Error("no passkey");
  return credential.toJSON();
}
