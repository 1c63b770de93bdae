package dev.zendo.dom0.display;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.spec.SecretKeySpec;

/** Version and security of a VNC connection (RFC 6143 sections 7.1 and 7.2). */
final class VncHandshake {
  private static final byte[] VERSION = "RFB 003.008\n".getBytes(StandardCharsets.US_ASCII);
  private static final int MINOR_AT = 10;
  private static final int NONE = 1;
  private static final int PASSWORD = 2;
  private static final int CHALLENGE = 16;

  private VncHandshake() {}

  /** Whether the client may go on. */
  static boolean greet(DataInputStream in, DataOutputStream out, String password)
      throws IOException, GeneralSecurityException {
    out.write(VERSION);
    out.flush();
    byte[] version = in.readNBytes(VERSION.length);
    if (version.length < VERSION.length || version[0] != 'R') {
      throw new IOException("no VNC client");
    }
    int minor = version[MINOR_AT] - '0';
    int security = password.isEmpty() ? NONE : PASSWORD;
    if (minor >= 7) {
      out.writeByte(1);
      out.writeByte(security);
      out.flush();
      if (in.readUnsignedByte() != security) {
        throw new IOException("the client wants another kind of security");
      }
    } else {
      out.writeInt(security);
    }
    boolean known = security == NONE || knowsPassword(in, out, password);
    if (security == PASSWORD || minor >= 8) {
      out.writeInt(known ? 0 : 1);
      if (!known && minor >= 8) {
        byte[] reason = "wrong password".getBytes(StandardCharsets.US_ASCII);
        out.writeInt(reason.length);
        out.write(reason);
      }
    }
    out.flush();
    return known;
  }

  private static boolean knowsPassword(DataInputStream in, DataOutputStream out, String password)
      throws IOException, GeneralSecurityException {
    byte[] challenge = new byte[CHALLENGE];
    new SecureRandom().nextBytes(challenge);
    out.write(challenge);
    out.flush();
    byte[] answer = in.readNBytes(CHALLENGE);
    return MessageDigest.isEqual(encrypt(challenge, password), answer);
  }

  /** DES with the password as the key, the bits of each byte mirrored (section 7.2.2). */
  static byte[] encrypt(byte[] challenge, String password) throws GeneralSecurityException {
    byte[] key = Arrays.copyOf(password.getBytes(StandardCharsets.ISO_8859_1), 8);
    for (int i = 0; i < key.length; i++) {
      key[i] = (byte) (Integer.reverse(key[i]) >>> 24);
    }
    Cipher des = Cipher.getInstance("DES/ECB/NoPadding");
    des.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(key, "DES"));
    return des.doFinal(challenge);
  }
}
