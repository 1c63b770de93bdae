package dev.zendo.hypervisor.event;

/** One event channel end. Bindings change under the lock of {@link EventChannels}. */
final class Port {
  final int number;
  volatile Binding binding = Binding.CLOSED;
  volatile int vcpu;

  Port(int number) {
    this.number = number;
  }
}
