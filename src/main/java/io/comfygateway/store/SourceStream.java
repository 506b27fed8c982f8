package io.comfygateway.store;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * A stream that is copied somewhere. After a failed copy it says whether reading or writing failed.
 */
public final class SourceStream extends FilterInputStream {
  private boolean broke;

  public SourceStream(InputStream in) {
    super(in);
  }

  @Override
  public int read() throws IOException {
    broke = true;
    int one = super.read();
    broke = false;
    return one;
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    broke = true;
    int read = super.read(into, offset, length);
    broke = false;
    return read;
  }

  /** Whether the last read failed. */
  public boolean broke() {
    return broke;
  }
}
