package io.comfygateway.access;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Encrypts values that must not be readable in the database, with AES-256-GCM (NIST SP 800-38D). A
 * sealed value is one version byte, 12 bytes of nonce, and the ciphertext with its tag of 16 bytes.
 */
public final class Sealer {
  private static final byte VERSION = 1;
  private static final int NONCE_BYTES = 12;
  private static final int TAG_BYTES = 16;
  private static final int HEADER_BYTES = 1 + NONCE_BYTES;

  private final SecretKey key;
  private final SecureRandom random = new SecureRandom();

  /**
   * @param purpose what is sealed, such as {@code job document}; a sealer of another purpose cannot
   *     open it
   */
  public Sealer(MasterKey masterKey, String purpose) {
    this.key = new SecretKeySpec(masterKey.derive("seal " + purpose), "AES");
  }

  /**
   * @param belongsTo what the value belongs to, such as the job's id; opening it needs the same
   */
  public byte[] seal(byte[] plain, String belongsTo) {
    byte[] nonce = new byte[NONCE_BYTES];
    random.nextBytes(nonce);
    try {
      byte[] sealed = cipher(Cipher.ENCRYPT_MODE, nonce, belongsTo).doFinal(plain);
      return ByteBuffer.allocate(HEADER_BYTES + sealed.length)
          .put(VERSION)
          .put(nonce)
          .put(sealed)
          .array();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("This Java has no AES-256-GCM", e);
    }
  }

  /**
   * @throws SealBrokenException if the value was changed, belongs to something else or was sealed
   *     with another master key
   */
  public byte[] open(byte[] sealed, String belongsTo) {
    if (sealed.length < HEADER_BYTES + TAG_BYTES || sealed[0] != VERSION) {
      throw new SealBrokenException("The stored secret of " + belongsTo + " is not a sealed value");
    }
    byte[] nonce = new byte[NONCE_BYTES];
    System.arraycopy(sealed, 1, nonce, 0, NONCE_BYTES);
    try {
      return cipher(Cipher.DECRYPT_MODE, nonce, belongsTo)
          .doFinal(sealed, HEADER_BYTES, sealed.length - HEADER_BYTES);
    } catch (AEADBadTagException e) {
      throw new SealBrokenException(
          "The stored secret of "
              + belongsTo
              + " cannot be opened: it was changed, or sealed with another master key");
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("This Java has no AES-256-GCM", e);
    }
  }

  private Cipher cipher(int mode, byte[] nonce, String belongsTo) throws GeneralSecurityException {
    Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
    cipher.init(mode, key, new GCMParameterSpec(TAG_BYTES * Byte.SIZE, nonce));
    cipher.updateAAD(new byte[] {VERSION});
    cipher.updateAAD(belongsTo.getBytes(StandardCharsets.UTF_8));
    return cipher;
  }
}
