package dev.zendo.dom0.net.nat;

/** Both ends of a connection or an exchange of datagrams, as the guest sees them. */
record FlowKey(int guest, int guestPort, int other, int otherPort) {
  @Override
  public int hashCode() {
    long mixed = ((long) guest << 32 | other & 0xffff_ffffL) * 0x9e37_79b9_7f4a_7c15L;
    mixed ^= (long) guestPort << 16 | otherPort;
    return (int) (mixed * 0xd6e8_feb8_6659_fd93L >>> 32);
  }

  @Override
  public boolean equals(Object object) {
    return object instanceof FlowKey key
        && guest == key.guest
        && guestPort == key.guestPort
        && other == key.other
        && otherPort == key.otherPort;
  }
}
