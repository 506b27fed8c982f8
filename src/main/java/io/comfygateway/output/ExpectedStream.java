package io.comfygateway.output;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.OptionalLong;

/** A stream that fails if it is shorter or longer than expected. */
final class ExpectedStream extends FilterInputStream {
  private final OptionalLong expected;
  private long total;

  ExpectedStream(InputStream in, OptionalLong expected) {
    super(in);
    this.expected = expected;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    int read = super.read(into, offset, length);
    total += Math.max(0, read);
    boolean isWrong =
        read < 0 ? total != expected.orElse(total) : total > expected.orElse(Long.MAX_VALUE);
    if (isWrong) {
      throw new IncompleteOutputException(expected.orElse(total), total);
    }
    return read;
  }
}
