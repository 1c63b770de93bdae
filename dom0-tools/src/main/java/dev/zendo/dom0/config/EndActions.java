package dev.zendo.dom0.config;

/**
 * What becomes of a domain after each kind of end.
 *
 * @param poweroff {@code on_poweroff}
 * @param reboot {@code on_reboot}
 * @param watchdog {@code on_watchdog}
 * @param crash {@code on_crash}; also when the daemon was killed while the domain ran
 */
public record EndActions(
    EndAction poweroff, EndAction reboot, EndAction watchdog, EndAction crash) {
  static EndActions of(Settings settings) {
    return new EndActions(
        EndAction.of(settings, "on_poweroff", EndAction.DESTROY),
        EndAction.of(settings, "on_reboot", EndAction.RESTART),
        EndAction.of(settings, "on_watchdog", EndAction.DESTROY),
        EndAction.of(settings, "on_crash", EndAction.DESTROY));
  }
}
