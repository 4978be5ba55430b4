/** Whether the gateway answers at all, so that a refused link is told from a gateway that is away. */
export async function isGatewayThere() {
  try {
    const answer = await fetch(new URL("healthz", document.baseURI), { cache: "no-store", signal: AbortSignal.timeout(5000) });
    return answer.ok;
  } catch {
    return false;
  }
}
