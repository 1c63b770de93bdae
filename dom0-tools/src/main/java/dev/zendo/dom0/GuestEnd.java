package dev.zendo.dom0;

/** How a guest ended. */
public enum GuestEnd {
  /** It powered itself off. */
  POWEROFF("powered off"),
  /** It wants to be started again. */
  REBOOT("rebooted"),
  /** It is ready to be saved. */
  SUSPEND("suspended"),
  /** Its kernel, or the hypervisor on its behalf, gave up. */
  CRASH("crashed"),
  /** Its watchdog expired. */
  WATCHDOG("was stopped by its watchdog"),
  /** It wants to be started again with its memory. */
  SOFT_RESET("asked for a soft reset"),
  /** Somebody destroyed it. */
  DESTROYED("was destroyed");

  private static final GuestEnd[] BY_REASON = {
    POWEROFF, REBOOT, SUSPEND, CRASH, WATCHDOG, SOFT_RESET
  };

  private final String text;

  GuestEnd(String text) {
    this.text = text;
  }

  /** As a sentence goes on after the guest's name. */
  public String text() {
    return text;
  }

  /** The SHUTDOWN_ constant of an end that {@link #text} tells; -1 for other texts. */
  public static int reason(String text) {
    for (int i = 0; i < BY_REASON.length; i++) {
      if (BY_REASON[i].text.equals(text)) {
        return i;
      }
    }
    return -1;
  }

  /** The end that a SHUTDOWN_ constant stands for; unknown ones count as crash. */
  public static GuestEnd of(int reason) {
    return reason >= 0 && reason < BY_REASON.length ? BY_REASON[reason] : CRASH;
  }
}
