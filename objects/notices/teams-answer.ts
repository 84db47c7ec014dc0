// What Teams means by its answer: its connectors say 200 to everything, and tell the message's fate in words.

/** Longer than the sentence that counts. */
const READ_MAX = 512;
const FAILED = /^Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error (\d{3})\b/;

/** The status that the answer means. Reads no more of the answer than its beginning, and keeps nothing of it. */
export async function teamsStatus(answer: Response): Promise<number> {
  if (answer.status !== 200 || !answer.body) return answer.status;
  const reader: ReadableStreamDefaultReader<Uint8Array> = answer.body.getReader();
  const decoder = new TextDecoder();
  let text = '';
  for (let part = await reader.read(); !part.done && text.length < READ_MAX; part = await reader.read())
    text += decoder.decode(part.value, { stream: true });
  await reader.cancel();
  reader.releaseLock();
  return Number(FAILED.exec(text)?.[1] ?? answer.status);
}
