package dev.zendo.dom0.console;

import dev.zendo.dom0.control.ControlDomain;
import dev.zendo.dom0.control.Mapping;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The backend of a domain's primary console: moves what the guest prints to an output and what is
 * typed to the guest. The ring is served on the event thread of the control domain; {@link #type}
 * and {@link #resume} may be called by any thread.
 */
public final class ConsoleBackend implements ConsoleInput, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ConsoleBackend.class);

  /** The grant that the domain builder seeds for the console. */
  private static final int GRANT = 0;

  private final ControlDomain control;
  private final int domain;
  private final Mapping page;
  private final ConsoleLine line;
  private final int port;
  private boolean reported;
  private boolean closed;

  /**
   * Connects to a domain that is built.
   *
   * @param remotePort the domain's event channel for its console
   */
  public ConsoleBackend(ControlDomain control, int domain, int remotePort, ConsoleOutput output) {
    this.control = control;
    this.domain = domain;
    this.page = control.grants().map(domain, GRANT);
    this.line = new ConsoleLine(control.memory().memory(), page.address(), output);
    this.port = control.events().bind(domain, remotePort, this::serve);
  }

  private synchronized void serve() {
    if (line.serve() && !closed) {
      control.events().send(port);
    }
    if (line.broken() && !reported) {
      reported = true;
      LOG.warn("domain {} broke the protocol of its console; it is no longer served", domain);
    }
  }

  @Override
  public void resume() {
    control.events().post(domain, this::serve);
  }

  @Override
  public void type(byte[] bytes, int offset, int length) throws InterruptedException {
    line.type(bytes, offset, length, this::resume);
  }

  /** Takes what the guest printed last and disconnects; only before the domain is destroyed. */
  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      line.close();
      control.events().close(port);
      page.close();
    }
  }
}
