// The inspector of an isolate in workerd: one question at a time, over the DevTools protocol.
import { WebSocket } from 'undici';

export class Inspector {
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, (answer: { result?: unknown; error?: { message: string } }) => void>();
  #asked = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.addEventListener('message', ({ data }) => {
      const { id, ...answer } = JSON.parse(String(data));
      this.#waiting.get(id)?.(answer);
      this.#waiting.delete(id);
    });
  }

  static async open(url: string): Promise<Inspector> {
    const socket = new WebSocket(url);
    await new Promise<void>((opened, refused) => {
      socket.addEventListener('open', () => opened());
      socket.addEventListener('error', () => refused(new Error('the inspector does not answer')));
    });
    return new Inspector(socket);
  }

  async ask<T>(method: string, params: Record<string, unknown> = {}): Promise<T> {
    this.#asked += 1;
    const id = this.#asked;
    const answered = new Promise<{ result?: unknown; error?: { message: string } }>((answer) =>
      this.#waiting.set(id, answer),
    );
    this.#socket.send(JSON.stringify({ id, method, params }));
    const { result, error } = await answered;
    if (error) throw new Error(`${method}: ${error.message}`);
    return result as T;
  }

  close(): void {
    this.#socket.close();
  }
}
