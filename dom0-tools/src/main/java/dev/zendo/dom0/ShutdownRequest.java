package dev.zendo.dom0;

import java.util.Locale;

/** What a toolstack can ask a guest's kernel for (docs of Xen, misc/xenstore-paths). */
public enum ShutdownRequest {
  /** To end. */
  POWEROFF,
  /** To start again. */
  REBOOT,
  /** To stop in a state that can be saved. */
  SUSPEND,
  /** To stop without asking its programs. */
  HALT,
  /** To crash, so that its memory can be looked at. */
  CRASH;

  String key() {
    return name().toLowerCase(Locale.ROOT);
  }
}
