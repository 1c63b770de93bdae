package dev.zendo.hypervisor.trace;

/** Takes lines of a trace, without line ends; any thread may call. */
@FunctionalInterface
public interface TraceSink {
  /** One line. */
  void line(String text);
}
