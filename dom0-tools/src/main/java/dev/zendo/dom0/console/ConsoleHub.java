package dev.zendo.dom0.console;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Gives what a guest prints to any number of outputs. The slowest one that wants all of it sets the
 * pace; viewers that would rather miss something say that they always have room. Thread-safe.
 */
public final class ConsoleHub implements ConsoleOutput {
  private final List<ConsoleOutput> outputs = new CopyOnWriteArrayList<>();

  /** Gives it to one more, from now on. */
  public void add(ConsoleOutput output) {
    outputs.add(output);
  }

  /** Gives it to one less. */
  public void remove(ConsoleOutput output) {
    outputs.remove(output);
  }

  @Override
  public void accept(byte[] bytes, int length) {
    for (ConsoleOutput output : outputs) {
      output.accept(bytes, length);
    }
  }

  @Override
  public int room() {
    int room = Integer.MAX_VALUE;
    for (ConsoleOutput output : outputs) {
      room = Math.min(room, output.room());
    }
    return room;
  }
}
