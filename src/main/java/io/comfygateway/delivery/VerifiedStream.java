package io.comfygateway.delivery;

import io.comfygateway.digest.Sha256;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.HexFormat;

/**
 * A stored file that is read once, and at whose end an error comes if its bytes are not those that
 * were stored: a sink then fails before it has taken them for the file.
 */
final class VerifiedStream extends FilterInputStream {
  private final MessageDigest digest;
  private final String expected;

  /**
   * Makes the stream.
   *
   * @param expected the SHA-256 of the whole, in lower-case hexadecimal digits
   */
  VerifiedStream(InputStream in, String expected) {
    super(in);
    this.expected = expected;
    this.digest = Sha256.newDigest();
  }

  @Override
  public int read() throws IOException {
    int value = super.read();
    if (value < 0) {
      verify();
    } else {
      digest.update((byte) value);
    }
    return value;
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    int count = super.read(into, offset, length);
    if (count < 0) {
      verify();
    } else {
      digest.update(into, offset, count);
    }
    return count;
  }

  @Override
  public long skip(long count) throws IOException {
    long left = count;
    while (left > 0 && read() >= 0) {
      left--;
    }
    return count - left;
  }

  @Override
  public boolean markSupported() {
    return false;
  }

  private void verify() throws ChangedOutputException {
    String found = HexFormat.of().formatHex(digestSoFar().digest());
    if (!found.equals(expected)) {
      throw new ChangedOutputException();
    }
  }

  // The end may be read more than once.
  private MessageDigest digestSoFar() {
    try {
      return (MessageDigest) digest.clone();
    } catch (CloneNotSupportedException e) {
      throw new IllegalStateException("SHA-256 can be copied", e);
    }
  }
}
