import { randomInt } from "node:crypto";
import { createServer } from "node:net";

/**
 * A port of loopback that nobody listens on. Not one that the system gives out by itself: until a program listens there,
 * any outgoing connection of another suite might be given it.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(16_000, 32_000);
    const free = await new Promise<boolean>((resolve) => {
      const server = createServer().once("error", () => resolve(false));
      server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
    });
    if (free) return port;
  }
}
