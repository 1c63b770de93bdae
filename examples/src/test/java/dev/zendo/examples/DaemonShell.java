package dev.zendo.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;

/**
 * A shell that is the first process of a daemon's domain, on its console. Waits as long as the test
 * may take.
 */
final class DaemonShell implements AutoCloseable {
  private final SocketChannel channel;
  private final ByteBuffer one = ByteBuffer.allocate(1);
  private int commands;

  /** Takes part in a console. */
  DaemonShell(Path state, String domain) throws IOException {
    channel = SocketChannel.open(UnixDomainSocketAddress.of(state.resolve("daemon.sock")));
    write("{\"id\": 1, \"method\": \"console\", \"params\": {\"domain\": \"" + domain + "\"}}\n");
    String answer = readUntil("\n");
    assertTrue(answer.contains("\"result\""), answer);
  }

  private void write(String text) throws IOException {
    channel.write(ByteBuffer.wrap(text.getBytes(UTF_8)));
  }

  private String readUntil(String end) throws IOException {
    StringBuilder text = new StringBuilder();
    while (text.indexOf(end, Math.max(0, text.length() - end.length())) < 0) {
      one.clear();
      if (channel.read(one) < 0) {
        throw new IOException("the console ended after: " + text);
      }
      text.append((char) one.get(0));
    }
    return text.toString();
  }

  /** Has the shell print nothing but what programs do; the first that is typed at it. */
  DaemonShell begin(String how) throws IOException {
    write(how + "\n");
    run("true");
    return this;
  }

  /** Runs a command and returns what it printed; it must succeed. */
  String run(String command) throws IOException {
    // The shell sees the marker in two halves, so that an echo of the command is not taken for it.
    String number = "end-" + System.identityHashCode(this) + "-" + ++commands;
    write(
        "echo \"@\"\"begin-" + number + "@\"; " + command + "; echo \"@\"\"" + number + "-$?@\"\n");
    readUntil("@begin-" + number + "@\r\n");
    String output = readUntil("@" + number + "-") + readUntil("@");
    String marker = "@" + number + "-";
    assertTrue(output.endsWith(marker + "0@"), () -> command + " failed: " + output);
    return output.substring(0, output.indexOf(marker)).replace("\r", "").strip();
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
