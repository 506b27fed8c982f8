package io.comfygateway.access;

import java.security.GeneralSecurityException;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** HMAC-SHA256 (RFC 2104) and the key derivation based on it (HKDF, RFC 5869). */
final class Hmac {
  private static final String ALGORITHM = "HmacSHA256";
  static final int BYTES = 32;

  private Hmac() {}

  /** The authentication code of the concatenated parts. */
  static byte[] sha256(byte[] key, byte[]... parts) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(new SecretKeySpec(key, ALGORITHM));
      for (byte[] part : parts) {
        mac.update(part);
      }
      return mac.doFinal();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("This Java has no HMAC-SHA256", e);
    }
  }

  /**
   * RFC 5869, section 2.
   *
   * @param salt may be empty; the RFC then uses zeros
   * @param length bytes of output, at most 255 * 32
   */
  static byte[] hkdf(byte[] secret, byte[] salt, byte[] info, int length) {
    byte[] pseudoRandomKey = sha256(salt.length == 0 ? new byte[BYTES] : salt, secret);
    byte[] output = new byte[length];
    byte[] block = new byte[0];
    for (int done = 0, counter = 1; done < length; done += BYTES, counter++) {
      block = sha256(pseudoRandomKey, block, info, new byte[] {(byte) counter});
      System.arraycopy(block, 0, output, done, Math.min(BYTES, length - done));
    }
    return output;
  }
}
