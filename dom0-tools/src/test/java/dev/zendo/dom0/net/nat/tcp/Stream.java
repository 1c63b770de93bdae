package dev.zendo.dom0.net.nat.tcp;

import java.io.ByteArrayOutputStream;
import java.util.Random;

/** A program at one end of a connection: sends so many bytes, and keeps those that it gets. */
final class Stream {
  private final byte[] sends;
  private final Random random;
  private final ByteArrayOutputStream got = new ByteArrayOutputStream();
  private int at;
  private boolean finished;

  Stream(Random random, int bytes) {
    this.random = random;
    this.sends = new byte[bytes];
    random.nextBytes(sends);
  }

  /** Sends and takes some; now and then nothing at all. */
  void work(TcpEndpoint end) {
    if (end == null || !end.open() || random.nextInt(4) == 0) {
      return;
    }
    at += end.outgoing().append(sends, at, Math.min(sends.length - at, random.nextInt(9000)));
    if (at == sends.length && !finished) {
      finished = true;
      end.finish();
    }
    take(end, random.nextInt(12000));
  }

  void take(TcpEndpoint end, int most) {
    byte[] bytes = new byte[Math.min(end.incoming().size(), most)];
    end.incoming().copy(0, bytes, 0, bytes.length);
    end.incoming().drop(bytes.length);
    got.writeBytes(bytes);
  }

  byte[] sent() {
    return sends;
  }

  byte[] got() {
    return got.toByteArray();
  }
}
