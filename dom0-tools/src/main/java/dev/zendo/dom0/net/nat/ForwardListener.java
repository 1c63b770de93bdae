package dev.zendo.dom0.net.nat;

import dev.zendo.dom0.ToolException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

/** Waits at a port of the host for connections to a guest. */
final class ForwardListener implements Ready, PortForward {
  private final TcpProxy proxy;
  private final HostForward forward;
  private final ServerSocketChannel server;

  private ForwardListener(TcpProxy proxy, HostForward forward, ServerSocketChannel server) {
    this.proxy = proxy;
    this.forward = forward;
    this.server = server;
  }

  /**
   * Opens the port.
   *
   * @throws ToolException when it cannot
   */
  static ForwardListener open(TcpProxy proxy, HostForward forward) {
    InetSocketAddress at = new InetSocketAddress(IpAddress.inet(forward.listen()), forward.port());
    ServerSocketChannel server = null;
    try {
      server = ServerSocketChannel.open(StandardProtocolFamily.INET);
      server.setOption(StandardSocketOptions.SO_REUSEADDR, true);
      server.bind(at);
      server.configureBlocking(false);
      ForwardListener listener = new ForwardListener(proxy, forward, server);
      server.register(proxy.core().selector, SelectionKey.OP_ACCEPT, listener);
      return listener;
    } catch (IOException e) {
      if (server != null) {
        Sockets.close(server);
      }
      throw new ToolException("the port " + forward + " cannot be opened: " + e.getMessage(), e);
    }
  }

  @Override
  public void ready(SelectionKey key, long now) {
    try {
      SocketChannel channel = server.accept();
      if (channel != null) {
        proxy.forward(channel, forward, now);
      }
    } catch (IOException e) {
      // Who wanted to connect is gone, or there are no more sockets: the others go on.
      proxy.core().metrics.tcpFailed++;
    }
  }

  @Override
  public int port() {
    return server.socket().getLocalPort();
  }

  @Override
  public void giveUp() {
    // It waits for the next one.
  }

  @Override
  public void close() {
    Sockets.close(server);
  }
}
