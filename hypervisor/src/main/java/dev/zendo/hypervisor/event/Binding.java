package dev.zendo.hypervisor.event;

import dev.zendo.hypervisor.domain.Domain;

/**
 * What a port is bound to. Immutable, so that a sender may use it without a lock.
 *
 * @param state one of the EVTCHNSTAT numbers of event_channel.h
 * @param remoteId number of the domain that may bind an unbound port
 * @param remote the peer's domain of an interdomain port
 * @param remotePort the peer's port of an interdomain port
 * @param virq number of a virtual interrupt
 */
record Binding(int state, int remoteId, Domain remote, int remotePort, int virq) {
  static final int CLOSED_STATE = 0;
  static final int UNBOUND = 1;
  static final int INTERDOMAIN = 2;
  static final int PIRQ = 3;
  static final int VIRQ = 4;
  static final int IPI = 5;

  static final Binding CLOSED = new Binding(CLOSED_STATE, 0, null, 0, 0);
  static final Binding TO_SELF = new Binding(IPI, 0, null, 0, 0);

  static Binding unbound(int remoteId) {
    return new Binding(UNBOUND, remoteId, null, 0, 0);
  }

  static Binding interdomain(Domain remote, int port) {
    return new Binding(INTERDOMAIN, 0, remote, port, 0);
  }

  static Binding virtualInterrupt(int virq) {
    return new Binding(VIRQ, 0, null, 0, virq);
  }
}
