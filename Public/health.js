/** Whether the gateway answers at all, so that a refused link is told from a gateway that is away. */
export async function isGatewayThere() {
  try {
    const options = { cache: "no-store", signal: AbortSignal.timeout(5000) };
    const answer = await fetch(new URL("healthz", document.baseURI), options);
    return answer.ok;
  } catch {
    return false;
  }
}
