package dev.zendo.hypervisor.sched;

import dev.zendo.hypervisor.domain.Vcpu;
import java.util.Arrays;

/**
 * Vcpus that want to run, those with the least {@link VcpuSchedule#key} first, those with the same
 * in the order of their coming. Under the scheduler's lock.
 */
final class RunQueue {
  private Vcpu[] vcpus = new Vcpu[64];
  private int size;

  int size() {
    return size;
  }

  boolean isEmpty() {
    return size == 0;
  }

  Vcpu get(int index) {
    return vcpus[index];
  }

  /** The key of the last vcpu; the queue is not empty. */
  long lastKey() {
    return vcpus[size - 1].schedule().key;
  }

  void add(Vcpu vcpu) {
    if (size == vcpus.length) {
      vcpus = Arrays.copyOf(vcpus, 2 * size);
    }
    int at = size++;
    long key = vcpu.schedule().key;
    while (at > 0 && vcpus[at - 1].schedule().key > key) {
      vcpus[at] = vcpus[at - 1];
      at--;
    }
    vcpus[at] = vcpu;
  }

  void remove(int index) {
    size--;
    System.arraycopy(vcpus, index + 1, vcpus, index, size - index);
    vcpus[size] = null;
  }

  /** Removes a vcpu if it is there; returns whether it was. */
  boolean remove(Vcpu vcpu) {
    for (int i = 0; i < size; i++) {
      if (vcpus[i] == vcpu) {
        remove(i);
        return true;
      }
    }
    return false;
  }

  /** The first vcpu that may run on a processor, or null. */
  Vcpu firstFor(Processor processor) {
    for (int i = 0; i < size; i++) {
      if (vcpus[i].schedule().mayRunOn(processor)) {
        return vcpus[i];
      }
    }
    return null;
  }
}
