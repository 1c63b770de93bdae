package dev.zendo.hypervisor.engine;

/** Translations without anything else: no emulated stores, no descriptors, one vcpu. */
public abstract class PlainMmu implements GuestMmu {
  @Override
  public boolean emulateStore(long virtualAddress, int size, long value) {
    return false;
  }

  @Override
  public int emulateCompareAndSet(long virtualAddress, int size, long expected, long value) {
    return -1;
  }

  @Override
  public long descriptor(int selector) {
    return 0;
  }

  @Override
  public void revokeWriteTranslations(long mfn) {
    // There is no other vcpu.
  }
}
