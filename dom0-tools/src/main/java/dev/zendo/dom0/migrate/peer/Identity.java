package dev.zendo.dom0.migrate.peer;

import dev.zendo.dom0.IoReason;
import dev.zendo.dom0.ToolException;
import dev.zendo.dom0.daemon.StateFolder;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.cert.Certificate;
import java.security.cert.CertificateEncodingException;
import java.util.HexFormat;
import java.util.concurrent.TimeUnit;

/** Who a daemon is to others: a key that never leaves its folder, and a certificate for it. */
public final class Identity {
  private static final String ALIAS = "zendo";

  /** The file is readable by its owner alone, as the folder is; a password adds nothing. */
  static final String PASSWORD = "zendo-identity";

  private static final String TYPE = "PKCS12";
  private static final long PATIENCE_SECONDS = 60;

  private Identity() {}

  /**
   * The key and its certificate, which are made if they are not there.
   *
   * @throws ToolException when they cannot be had
   */
  static KeyStore load(StateFolder folder) {
    Path file = folder.identity();
    if (!Files.exists(file)) {
      make(file);
    }
    try (InputStream in = Files.newInputStream(file)) {
      KeyStore store = KeyStore.getInstance(TYPE);
      store.load(in, PASSWORD.toCharArray());
      return store;
    } catch (IOException | GeneralSecurityException e) {
      throw new ToolException(file + ": cannot be read (" + IoReason.of(e) + ")", e);
    }
  }

  /** The fingerprint by which others know the daemon of a folder; see {@link #fingerprint}. */
  public static String fingerprint(StateFolder folder) {
    try {
      return fingerprint(load(folder).getCertificate(ALIAS));
    } catch (GeneralSecurityException e) {
      throw new ToolException(folder.identity() + ": " + e.getMessage(), e);
    }
  }

  /** SHA-256 of a certificate, 64 hexadecimal digits. */
  static String fingerprint(Certificate certificate) throws CertificateEncodingException {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(digest.digest(certificate.getEncoded()));
    } catch (GeneralSecurityException e) {
      throw new CertificateEncodingException(e);
    }
  }

  private static void remove(Path part) {
    try {
      Files.deleteIfExists(part);
    } catch (IOException e) {
      // The next key is made beside it.
    }
  }

  /** The JDK's own program makes it: the library has no public class for that. */
  private static void make(Path file) {
    Path part = file.resolveSibling(file.getFileName() + "." + ProcessHandle.current().pid());
    try {
      Process keytool =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                  "-genkeypair",
                  "-alias",
                  ALIAS,
                  "-keyalg",
                  "EC",
                  "-groupname",
                  "secp256r1",
                  "-validity",
                  "36500",
                  "-dname",
                  "CN=zendo",
                  "-storetype",
                  TYPE,
                  "-storepass",
                  PASSWORD,
                  "-keystore",
                  part.toString())
              .redirectErrorStream(true)
              .start();
      keytool.getOutputStream().close();
      if (!keytool.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        keytool.destroyForcibly();
        throw new ToolException(file + ": keytool takes too long to make a key");
      }
      if (keytool.exitValue() != 0) {
        String said = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        throw new ToolException(file + ": keytool could not make a key: " + said.strip());
      }
      Files.setPosixFilePermissions(part, PosixFilePermissions.fromString("rw-------"));
      Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new ToolException(file + ": a key cannot be made (" + IoReason.of(e) + ")", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ToolException(file + ": was interrupted while a key was made", e);
    } finally {
      remove(part);
    }
  }
}
