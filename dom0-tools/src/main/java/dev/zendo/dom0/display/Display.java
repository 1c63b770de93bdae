package dev.zendo.dom0.display;

/** The picture of a domain and where input for it goes. Thread-safe. */
public final class Display {
  private final Screen screen = new Screen();
  private volatile InputSink input = InputSink.NONE;

  /** The picture. */
  public Screen screen() {
    return screen;
  }

  InputSink input() {
    return input;
  }

  void input(InputSink sink) {
    input = sink;
  }
}
