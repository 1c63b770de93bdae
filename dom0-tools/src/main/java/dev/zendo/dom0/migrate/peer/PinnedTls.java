package dev.zendo.dom0.migrate.peer;

import dev.zendo.dom0.ToolException;
import dev.zendo.dom0.daemon.StateFolder;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;

/** TLS 1.3 in which both ends show certificates, and each must know the other's fingerprint. */
final class PinnedTls {
  /** What a client hears first that is not known. */
  static final byte UNKNOWN = '?';

  private static final int PATIENCE_MILLIS = 10_000;
  private static final String[] PROTOCOLS = {"TLSv1.3"};

  private final SSLContext context;
  private final KnownPeers peers;

  /**
   * For the daemon of a folder.
   *
   * @throws ToolException when its key cannot be had
   */
  PinnedTls(StateFolder folder) {
    this.peers = new KnownPeers(folder);
    try {
      KeyManagerFactory keys =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      keys.init(Identity.load(folder), Identity.PASSWORD.toCharArray());
      context = SSLContext.getInstance("TLS");
      context.init(keys.getKeyManagers(), new TrustManager[] {new Pins()}, null);
    } catch (GeneralSecurityException e) {
      throw new ToolException("TLS cannot be had: " + e.getMessage(), e);
    }
  }

  /** Trusts the certificates that are known, whoever signed them and whenever they end. */
  private final class Pins implements X509TrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {
      // Behind the handshake, see accept.
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type)
        throws CertificateException {
      requireKnown(chain[0]);
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }

  private void requireKnown(Certificate certificate) throws CertificateException {
    String fingerprint = Identity.fingerprint(certificate);
    if (!peers.all().containsKey(fingerprint)) {
      throw new CertificateException(
          "the fingerprint " + fingerprint + " is not known (zl peers add)");
    }
  }

  /** Connects; the other end has shown that it knows this one when it sends its first byte. */
  SSLSocket connect(String host, int port) throws IOException {
    Socket plain = new Socket();
    try {
      plain.connect(new InetSocketAddress(host, port), PATIENCE_MILLIS);
      return shake(plain, host, port, true);
    } catch (IOException | RuntimeException e) {
      plain.close();
      throw e;
    }
  }

  /**
   * Serves a client that is known. Another one is told so first: an alert in the middle of the
   * handshake would be lost with what the client still sends.
   *
   * @throws IOException when it is not known, or gone
   */
  SSLSocket accept(Socket plain) throws IOException {
    SSLSocket socket = shake(plain, null, 0, false);
    try {
      requireKnown(socket.getSession().getPeerCertificates()[0]);
      return socket;
    } catch (CertificateException e) {
      socket.getOutputStream().write(UNKNOWN);
      // It hangs up, or says something that nobody wants; either way it has read that.
      int unused = socket.getInputStream().read();
      socket.close();
      throw new IOException(e.getMessage(), e);
    }
  }

  private SSLSocket shake(Socket plain, String host, int port, boolean client) throws IOException {
    plain.setTcpNoDelay(true);
    SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(plain, host, port, true);
    socket.setEnabledProtocols(PROTOCOLS);
    socket.setUseClientMode(client);
    if (!client) {
      socket.setNeedClientAuth(true);
    }
    socket.setSoTimeout(PATIENCE_MILLIS);
    socket.startHandshake();
    return socket;
  }
}
